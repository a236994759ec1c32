"""What the program says of itself on the officials' side: role cards, dates, annexes. Vietnamese, plain and polite."""

from __future__ import annotations

from corpus.dates import Every

PAGES = (
    ("/noi", "Nơi và văn bản áp dụng"),
    ("/bien-phap", "Biện pháp"),
    ("/nhiem-vu", "Nhiệm vụ"),
    ("/thoi-han", "Thời hạn"),
    ("/van-ban/so-do", "Sơ đồ văn bản"),
)
"""The pages for officials, as every page links them."""
PAGES_LABEL = "Dành cho cán bộ"
BAR = "Cán bộ"
"""The way to the first of them, in the bar of every page."""

DUTIES = "Nhiệm vụ của từng cơ quan"
DUTIES_INTRO = (
    "Mỗi cơ quan, tổ chức phải làm gì, theo nguyên văn từng điều khoản. Điều khoản được xếp vào đây khi cơ quan ấy là "
    "bên phải thực hiện; “phối hợp với” ai thì người được giao phối hợp mới là bên phải thực hiện."
)
DUTIES_COUNT = "{duties} điều khoản giao việc"
NAMED_COUNT = "{named} chỗ khác chỉ nhắc tới"
DUTIES_OF = "Nhiệm vụ của {body}"
NO_DUTIES = "Các văn bản đang xét không giao việc cho cơ quan này."
NAMED = "Chỗ khác chỉ nhắc tới ({named})"
NO_CARDS = "Các văn bản đang xét không giao việc cho cơ quan nào."
NO_SUCH_BODY = "Không có cơ quan, tổ chức nào tên là “{typed}”. Xem danh sách bằng: danchu duties"
NO_CARD = "Không có thẻ nhiệm vụ này."
ALL_DUTIES = "Xem tất cả các cơ quan"

DATES = "Thời hạn, định kỳ"
DATES_INTRO = (
    "Những ngày và kỳ hạn mà điều khoản buộc phải giữ, kèm ai phải làm và gửi đến đâu khi điều khoản nói rõ. "
    "“Trước ngày 15” nghĩa là chậm nhất ngày 14."
)
NO_DATES = "Các văn bản đang xét không nêu thời hạn nào."
DATES_ICS = "Tải lịch (.ics)"
DATES_ICS_NOTE = (
    "Lịch mở được bằng Google Lịch, Outlook, điện thoại. Kỳ không ghi ngày thì lịch nhắc vào ngày cuối kỳ; "
    "thời hạn tính từ một việc, kỳ họp và văn bản không có giá trị bắt buộc thì không đưa vào lịch."
)
DATES_WRITTEN = "Đã ghi {events} mục vào {path}."
WORDS = "Nguyên văn"
WHO = "Ai làm"
TO = "Gửi đến"
CLAUSE = "Xem điều khoản"
EVERY = {
    Every.MONTH: "Hằng tháng",
    Every.QUARTER: "Hằng quý",
    Every.HALF_YEAR: "6 tháng một lần",
    Every.YEAR: "Hằng năm",
    Every.SESSION: "Tại mỗi kỳ họp",
    Every.TERM: "Tính từ khi có việc",
}
WINDOW = "Từ {first} đến hết {last}"
UNTIL = "Chậm nhất {last}"
YEARLY = "{when} hằng năm"
END_OF_PERIOD = "Văn bản không ghi ngày; lịch nhắc vào ngày cuối kỳ."
CALENDAR = "Thời hạn thực hiện dân chủ ở cơ sở"
END_OF = "Cuối kỳ {every}"

PLACE = "Địa phương"
EVERYWHERE = "Tất cả văn bản"
PLACE_GO = "Xem"
NO_SUCH_PLACE = "Không có văn bản nào của “{typed}”. Hiện có: {held}."

REPORT = "Đưa vào báo cáo"
REPORT_DOCX = "Tải phụ lục Word"
REPORT_MD = "Tải Markdown"
REPORT_COPY = "Chép Markdown"
ANNEX = "PHỤ LỤC"
ANNEX_TITLE = "Trích dẫn nguyên văn về thực hiện dân chủ ở cơ sở"
ANNEX_WITH = "(Kèm theo ………… số …/…-… ngày … tháng … năm …… của ……………)"
ANNEX_QUESTION = "Câu hỏi: {question}"
FORCE = "Hiệu lực vào ngày {day}: {force}. {note}"
CODE = "Mã kiểm tra: {code}"
CODE_AT = "Mã kiểm tra: {code}, kiểm tra tại {link}"
LONG = "Mỗi phụ lục nhận nhiều nhất {most} trích dẫn."
WRITTEN = "Đã ghi {path}."
NOT_WRITTEN = "Không ghi được tệp {path}."
NOTHING_TO_WRITE = "Câu trả lời không có trích dẫn nào nên không có gì để đưa vào phụ lục."
PARTLY = "(đoạn {part} trong {parts} đoạn)"
