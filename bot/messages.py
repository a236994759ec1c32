"""Each sentence that the bot says of itself, in Vietnamese. Quotes never come from here."""

from __future__ import annotations

from corpus.validity import Force
from corpus.verify import Standing
from retrieval.answer import Answer, Reason, Status

NAME = "Dân chủ cơ sở"
GREETING = (
    "Xin chào! Tôi trả lời câu hỏi về thực hiện dân chủ ở cơ sở bằng cách trích nguyên văn điều khoản, "
    "kèm tên văn bản và mã để kiểm tra. Tôi không tự viết lời giải thích pháp luật."
)
PRIVACY = (
    "Câu hỏi được lưu nhiều nhất {days} ngày, không kèm tên hay số điện thoại của bạn, để bổ sung những gì còn thiếu. "
    "Xin đừng gửi thông tin cá nhân."
)
EXAMPLES = (
    "Ở Thạch Khôi người đứng đầu cản trở dân chủ thì bị xử lý sao?",
    "Kinh phí thực hiện nghị quyết ở Kim Bảng lấy từ đâu?",
    "Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?",
    "điểm d khoản 7 Điều 2 nghị quyết Hải Phòng",
)
HELP = "Bạn gõ câu hỏi như nói chuyện bình thường, có dấu hay không dấu đều được. Ví dụ:"

FORCE = {
    Force.IN_FORCE: "Đang có hiệu lực",
    Force.NOT_YET: "Chưa có hiệu lực",
    Force.EXPIRED: "Đã hết hiệu lực",
    Force.NOT_BINDING: "Không có giá trị bắt buộc",
    Force.UNKNOWN: "Chưa rõ hiệu lực",
}

RELATED = {
    Reason.LOW_CONFIDENCE: "Tôi chưa chắc có điều khoản trả lời đúng câu hỏi. Những điều khoản gần nhất:",
    Reason.FACT_NOT_STATED: (
        "Các văn bản hiện có nói về việc này nhưng không nêu con số, thời hạn hay mức cụ thể mà bạn hỏi. "
        "Điều khoản gần nhất:"
    ),
}
REFUSALS = {
    Reason.EMPTY: "Tin nhắn chưa có câu hỏi nào. Bạn gõ câu hỏi bằng chữ giúp nhé.",
    Reason.UNREADABLE: "Tôi không đọc được tin nhắn này. Bạn gõ câu hỏi bằng chữ tiếng Việt giúp nhé.",
    Reason.TOO_LONG: "Tin nhắn dài quá. Bạn rút gọn câu hỏi trong khoảng 2.000 chữ cái giúp nhé.",
    Reason.OFF_TOPIC: "Câu hỏi này không thuộc việc thực hiện dân chủ ở cơ sở nên tôi không trả lời.",
    Reason.PROVISION_NOT_FOUND: "Không có {detail}.",
    Reason.DOCUMENT_NOT_IN_CORPUS: "Tôi chưa có văn bản bạn hỏi: {detail}.",
    Reason.PLACE_NOT_IN_CORPUS: "Tôi chưa có văn bản nào của {detail}.",
    Reason.OTHER_LAW: "Câu hỏi này thuộc lĩnh vực pháp luật khác, không có trong các văn bản tôi giữ.",
    Reason.NO_PROVISION: "Tôi không tìm thấy điều khoản nào trả lời câu hỏi này.",
}
SEARCHED = "Đã tìm trong {documents} văn bản, {provisions} điều khoản."
QUEUED = "Câu hỏi đã được ghi lại để người phụ trách xem xét."
NEXT_QUESTION = "Bạn còn hỏi: “{question}” – gửi riêng câu này để tôi trả lời tiếp."
UNDERSTOOD = "Tìm theo: {understood}"
REST = "Còn {provisions} mục nữa, xem toàn văn tại liên kết kèm theo."
THANKS = "Cảm ơn bạn đã góp ý."
FAILED = (
    "Xin lỗi, hệ thống đang trục trặc nên chưa trả lời được. Câu hỏi của bạn đã được ghi nhận, xin thử lại sau ít phút."
)
BUSY = "Bạn gửi hơi nhanh, xin chờ một chút rồi hỏi tiếp."
NOT_TEXT = "Tôi chỉ đọc được tin nhắn bằng chữ. Bạn gõ câu hỏi giúp nhé."

# Chats: commands, choices, and what is said of a person's own data.
COMMANDS = {
    "start": "Lời chào và câu hỏi ví dụ",
    "help": "Cách hỏi",
    "vanban": "Đọc nguyên văn các văn bản đang có",
    "bienphap": "Xem biện pháp bảo đảm dân chủ của từng nơi",
    "noio": "Ghi nhớ nơi bạn ở để tìm đúng văn bản",
    "kiemtra": "Kiểm tra một trích dẫn còn nguyên không, theo mã",
    "phanhoi": "Góp ý cho người phụ trách",
    "xoa": "Xóa những gì đã lưu về bạn",
}
COMMAND_LINE = "/{command} – {words}"
KEPT = f"{PRIVACY} Gõ /xoa để xóa những gì đã lưu về bạn."
PLACE_ASK = "Bạn ở đâu? Chọn một nơi, hoặc gõ /noio kèm tên nơi ở, ví dụ: /noio Thạch Khôi."
PLACE_NOW = "Nơi đang ghi nhớ: {place}."
PLACE_SET = "Đã ghi nhớ: {place}. Khi câu hỏi không nêu nơi nào, tôi tìm văn bản của nơi này."
PLACE_NOT_HELD = "Tôi chưa có văn bản nào của “{place}” nên không ghi nhớ. Hiện có văn bản của: {places}."
PLACE_FORGOTTEN = "Không còn ghi nhớ nơi nào."
PLACE_FORGET = "Thôi ghi nhớ"
PLACE_NOT_KEPT = "Chưa ghi nhớ được vì hệ thống đang trục trặc. Xin thử lại sau ít phút."
REMARK_HOW = "Gõ /phanhoi kèm điều bạn muốn góp ý, ví dụ: /phanhoi Câu trả lời về Kim Bảng thiếu khoản 3."
REMARK_KEPT = "Đã ghi lại góp ý cho người phụ trách. Cảm ơn bạn."
CHECK_HOW = "Gõ /kiemtra kèm mã in dưới trích dẫn, ví dụ: /kiemtra K7M2Q8XH."
STANDING = {
    Standing.STANDS: "✅ Trích dẫn còn nguyên từng chữ trong văn bản.",
    Standing.WORDS_CHANGED: "⚠️ Trích dẫn KHÔNG còn nguyên. Câu chữ hiện nay:",
    Standing.UNKNOWN: "Không có trích dẫn nào trong các văn bản đang giữ mang mã này.",
    Standing.NOT_A_CODE: "Đây không phải mã kiểm tra (8 chữ và số, không có 0, O, 1, I, L).",
}
FORGET_ASK = (
    "Xóa nơi ở đã ghi nhớ, các câu hỏi bạn đã gửi trên kênh này và mọi lời nhắn chờ trả lời? "
    "Việc này không lấy lại được."
)
FORGET_YES = "Xóa hết"
FORGET_NO = "Thôi, giữ lại"
FORGOTTEN = "Đã xóa những gì lưu về bạn trên kênh này ({questions} câu hỏi)."
FORGET_LATER = "Hệ thống đang trục trặc; những gì lưu về bạn trên kênh này sẽ được xóa ngay khi hệ thống chạy lại."
FORGET_KEPT = "Không xóa gì cả."
COMMANDS_INTRO = "Bạn cũng có thể gõ:"
HELPFUL = "👍 Đúng điều tôi hỏi"
NOT_HELPFUL = "👎 Không đúng"
CHOSEN = "✓ {label}"
NOT_ON_RECORD = "Không còn tìm thấy câu trả lời này trong sổ ghi, nên chưa lưu được góp ý."
CHECK_CODE = "Mã kiểm tra: "
WHOLE = "📖 Đọc cả {provision}"
ASK_NEXT = "Hỏi tiếp câu này"
NEXT_CLAUSE = "➡️ Tiếp theo: {provision}"
OTHER_PLACES = "🗺️ Nơi khác quy định thế nào?"
OTHER_PLACES_SAY = "Cùng câu hỏi ấy ở nơi khác:"
OTHER_PLACES_NONE = "Chưa thấy điều khoản trả lời ở: {places}."
TELL_ME = "🔔 Báo tôi khi có câu trả lời"
TELL_ME_KEPT = "Khi có câu trả lời, tôi sẽ nhắn bạn một lần. Gõ /xoa nếu không muốn nhận nữa."
TELL_ME_NOT_KEPT = "Chưa ghi được lời nhắn này, xin thử lại sau ít phút."
TOLD = "Câu hỏi trước đây của bạn “{question}” nay đã có điều khoản trả lời:"
INLINE_ASK = "Không thấy điều khoản nào – hỏi riêng bot"
CHOICES = "Trả lời bằng một số để chọn:"
NO_SUCH_CHOICE = "Không có lựa chọn số {number}. Bạn chọn một số trong danh sách, hoặc gõ câu hỏi."
DOCUMENTS = "Các văn bản đang có. Bạn chọn một văn bản để đọc:"
NO_DOCUMENTS = "Hiện chưa có văn bản nào."
CONTENTS = "Bạn chọn phần muốn đọc, tôi gửi nguyên văn:"
GONE = "Nội dung này không còn, bạn gõ /vanban để xem danh sách hiện có."
TO_DOCUMENTS = "Về danh sách văn bản"
PAGE_BEFORE = "« Trước"
PAGE_AFTER = "Sau »"

TELEGRAM_NO_TOKEN = (
    "Chưa có mã bot Telegram: đặt biến môi trường DANCHU_TELEGRAM_TOKEN (mã lấy từ @BotFather) rồi chạy lại."
)
TELEGRAM_REJECTED = "Telegram không nhận mã bot này: kiểm tra lại DANCHU_TELEGRAM_TOKEN (mã lấy từ @BotFather)."
TELEGRAM_TWO_POLLERS = "Có một tiến trình khác đang chạy cùng bot Telegram này: dừng tiến trình kia rồi chạy lại."
TELEGRAM_UNREACHABLE = "Không kết nối được với máy chủ Telegram: kiểm tra mạng rồi chạy lại."

ZALO_NO_TOKEN = "Chưa có mã bot Zalo: đặt biến môi trường DANCHU_ZALO_TOKEN (mã do Zalo Bot Creator cấp) rồi chạy lại."
ZALO_REJECTED = (
    "Zalo không nhận mã bot này: kiểm tra lại DANCHU_ZALO_TOKEN (mã do Zalo Bot Creator cấp), "
    "và DANCHU_ZALO_API nếu có đặt."
)
ZALO_UNREACHABLE = "Không kết nối được với máy chủ Zalo: kiểm tra mạng rồi chạy lại."
ZALO_OA_NO_TOKEN = (
    "Chưa có mã của Zalo Official Account: đặt DANCHU_ZALO_OA_APP_ID, DANCHU_ZALO_OA_APP_SECRET và "
    "DANCHU_ZALO_OA_REFRESH_TOKEN rồi chạy lại."
)
ZALO_OA_REJECTED = (
    "Zalo không nhận mã của Official Account: kiểm tra DANCHU_ZALO_OA_APP_ID, DANCHU_ZALO_OA_APP_SECRET; "
    "cấp quyền lại cho ứng dụng rồi đặt DANCHU_ZALO_OA_REFRESH_TOKEN mới."
)
ZALO_OA_NO_FILE = (
    "Không đọc hoặc ghi được tệp mã Zalo Official Account {path}: kiểm tra dung lượng đĩa và quyền của tệp."
)
ZALO_OA_DAMAGED = (
    "Tệp mã Zalo Official Account {path} bị hỏng: xóa tệp này, cấp quyền lại cho ứng dụng "
    "rồi đặt DANCHU_ZALO_OA_REFRESH_TOKEN mới."
)


# The web page and its API.
WEB_MOTTO = "Trích nguyên văn"
WEB_ASK = "Câu hỏi của bạn"
WEB_PLACEHOLDER = "Nhập câu hỏi…"
WEB_SEND = "Gửi câu hỏi"
WEB_WAITING = "Đang tìm trong các văn bản…"
WEB_YOU = "Bạn hỏi:"
WEB_BOT = "Trả lời:"
WEB_CONVERSATION = "Cuộc trò chuyện"
WEB_CLEAR = "Xóa cuộc trò chuyện"
WEB_EXAMPLES = "Câu hỏi ví dụ"
WEB_SKIP = "Đến ô nhập câu hỏi"
WEB_READ = "Đọc cả {provision}"
WEB_WHOLE_DOCUMENT = "văn bản"
WEB_COPY = "Sao chép"
WEB_COPIED = "Đã sao chép"
WEB_COPY_FAILED = "Không sao chép được"
WEB_RATE = "Đánh giá câu trả lời"
WEB_HELPFUL = "Đúng"
WEB_NOT_HELPFUL = "Không đúng"
WEB_NOT_RATED = "Chưa gửi được góp ý, xin thử lại."
WEB_OFFLINE = "Không gửi được câu hỏi. Bạn kiểm tra kết nối mạng rồi gửi lại; câu hỏi vẫn còn ở trên."
WEB_RETRY = "Gửi lại"
WEB_DOCUMENTS = "Văn bản"
WEB_DOCUMENTS_INTRO = "Các văn bản dùng để trả lời, nguyên văn từng chữ."
WEB_PROVISIONS = "{provisions} điều khoản"
WEB_BACK = "Hỏi đáp"
WEB_CONTENTS = "Mục lục"
WEB_ABOUT = "Thông tin văn bản"
WEB_ASKED = "Phần đang xem"
WEB_BEFORE = "Trước"
WEB_AFTER = "Sau"
WEB_NEIGHBOURS = "Điều khoản trước và sau"
WEB_COPY_TEXT = (
    "“{quote}”\n({citation})\nHiệu lực vào ngày {day}: {force}. {note}\nMã kiểm tra: {code}, kiểm tra tại {link}"
)
WEB_PRINT = "In tờ niêm yết"
WEB_PRINT_NOW = "In trang này"
WEB_PRINT_QUESTION = "Câu hỏi in trên tờ (sửa lại hoặc để trống; xin đừng ghi tên người)"
WEB_PRINT_LONG = "Câu hỏi dài quá {most} chữ nên không in; xin rút gọn lại."
WEB_PRINT_CHANGE = "Cập nhật tờ in"
WEB_PRINT_LOCAL = (
    "Địa chỉ và mã QR dưới đây chỉ mở được trên chính máy này. Muốn người khác quét được, "
    "người vận hành đặt DANCHU_PUBLIC_URL là địa chỉ mọi người truy cập."
)
WEB_PRINT_ASKED = "Hỏi"
WEB_PRINT_FORCE = "Hiệu lực vào ngày {day}:"
WEB_PRINT_CHECK = "Quét mã để kiểm tra trích dẫn còn nguyên trong văn bản, hoặc vào:"
WEB_QR = "Mã QR của trang kiểm tra"
WEB_CHECK = "Kiểm tra"
WEB_CHECK_TITLE = "Kiểm tra trích dẫn"
WEB_CHECK_INTRO = "Gõ mã in dưới trích dẫn để biết câu chữ ấy còn nguyên trong văn bản hay không."
WEB_CHECK_LABEL = "Mã kiểm tra (8 chữ và số)"
WEB_STANDING = {
    Standing.STANDS: "Trích dẫn này còn nguyên",
    Standing.WORDS_CHANGED: "Câu chữ ở chỗ này đã khác",
    Standing.UNKNOWN: "Không tìm thấy trích dẫn mang mã này",
    Standing.NOT_A_CODE: "Đây không phải mã kiểm tra",
}
WEB_STANDING_SAYS = {
    Standing.STANDS: "Hôm nay văn bản vẫn viết đúng từng chữ như sau.",
    Standing.WORDS_CHANGED: (
        "Điều khoản vẫn còn trong văn bản, nhưng câu chữ không còn như lúc được trích. Hôm nay văn bản viết như sau."
    ),
    Standing.UNKNOWN: (
        "Không có câu chữ nào mang mã này trong các văn bản đang giữ. Có thể mã gõ nhầm một chữ, "
        "hoặc điều khoản ấy đã bị bỏ hay văn bản đã được gỡ."
    ),
    Standing.NOT_A_CODE: "Mã có đúng 8 chữ và số, không có số 0, số 1 và các chữ O, I, L. Xin xem lại dưới trích dẫn.",
}
WEB_PLACE_LABEL = "Xã, phường, huyện, tỉnh (tên cũ hay mới, có dấu hay không)"
WEB_PLACE_DAY = "Vào ngày (để trống là hôm nay)"
WEB_PLACE_GO = "Xem"
WEB_CITE = "Trích dẫn {provision}"
WEB_CITE_PARTS = "Trích dẫn phần này ({parts} đoạn, mỗi đoạn không quá 2.000 chữ)"
WEB_FIND = "Tìm trong văn bản này"
WEB_FIND_GO = "Tìm"
WEB_FIND_CLEAR = "Bỏ tìm"
WEB_FOUND = "{hits} chỗ có “{words}”"
WEB_FOUND_NONE = "Văn bản này không có “{words}”."
WEB_API = "Cho lập trình viên"
WEB_API_INTRO = (
    "Hỏi và nhận trích dẫn nguyên văn bằng JSON. Không cần tài khoản. "
    "Trang web của nơi khác chỉ gọi được khi người vận hành cho phép."
)
WEB_API_OPENAPI = "Mô tả đầy đủ theo OpenAPI"
WEB_API_TAKES = "Gửi lên"
WEB_API_GIVES = "Nhận về"
WEB_API_STATUSES = "Mã trả lời"
WEB_API_EXAMPLE = "Ví dụ"
WEB_API_FIELD = ("Trường", "Kiểu", "Ý nghĩa")
WEB_API_STATUS = ("Mã", "Ý nghĩa")
WEB_API_REQUIRED = "bắt buộc"
WEB_EMBED_OPEN = "Hỏi về dân chủ cơ sở"
WEB_EMBED_CLOSE = "Đóng"
WEB_FACTS = {
    "kind": "Loại văn bản",
    "number": "Số",
    "title": "Tên",
    "issuer": "Cơ quan ban hành",
    "place": "Địa phương",
    "session": "Kỳ họp",
    "addressed_to": "Nơi gửi",
    "issued": "Ngày ban hành",
    "adopted": "Ngày thông qua",
    "signed": "Ngày ký số",
    "effective": "Ngày có hiệu lực",
    "signer": "Người ký",
    "note": "Ghi chú",
    "slips": "Chỗ có lẽ viết nhầm trong bản nguồn (giữ nguyên)",
    "links": "Văn bản có liên quan",
    "source": "Tệp nguồn",
}
WEB_NO_NUMBER = "chưa có số trong bản nguồn"
WEB_NOT_SAID = "bản nguồn không ghi"
WEB_NOT_FOUND = "Không có trang này."
WEB_NO_DOCUMENT = "Không có văn bản này, hoặc văn bản đã được gỡ bỏ."
WEB_NO_PROVISION = "Văn bản này không có phần được hỏi."
WEB_WRONG_METHOD = "Địa chỉ này không nhận cách gửi như vậy."
WEB_WHOLE = "Đọc cả văn bản"
WEB_FAILED = "Xin lỗi, hệ thống đang trục trặc nên chưa trả lời được. Xin thử lại sau ít phút."
WEB_NOT_READY = "Hệ thống đang chuẩn bị dữ liệu, chưa trả lời được. Xin thử lại sau ít phút."
WEB_TOO_LARGE = "Nội dung gửi lên quá lớn (tối đa 64 KB)."
BAD_JSON = "Nội dung gửi lên không phải JSON đọc được."
BAD_QUESTION = "Thiếu câu hỏi: trường “question” phải là một chuỗi chữ."
BAD_FIELD = "Trường “{field}” không đúng: cần {wanted}."
BAD_FIELDS = {
    "id": "một chuỗi chữ hoặc số nguyên",
    "previous": "một chuỗi chữ hoặc danh sách chuỗi chữ",
    "place": "một chuỗi chữ",
    "on": "một ngày có thật, dạng YYYY-MM-DD",
    "record_id": "mã của câu trả lời",
    "helpful": "true hoặc false",
}


HELD_BACK = (
    "Văn bản mới chưa được dùng, vì {questions} câu hỏi đã xem xét sẽ bị trả lời khác đi; "
    "chạy `danchu feedback gate` để xem."
)
"""For the operator, where documents were added that would change reviewed answers."""
REVIEWED = "Người phụ trách đã xem xét câu hỏi này."
"""Said of an answer that a reviewer gave."""


def headline(answer: Answer) -> str:
    """The sentence that stands before the quotes, or the refusal itself; "" where the quote speaks for itself."""
    if answer.status is Status.ANSWERED:
        return REVIEWED if answer.reviewed else ""
    if answer.status is Status.ERROR or answer.reason is None:
        return FAILED
    if answer.status is Status.RELATED:
        return RELATED[answer.reason]
    return REFUSALS[answer.reason].format(detail=answer.detail or "nội dung bạn hỏi")


def closing(answer: Answer) -> str:
    """What was searched and what happens next, for answers that are not sure."""
    nothing_searched = (None, Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LONG)
    if answer.status is Status.ANSWERED or answer.reason in nothing_searched:
        return ""
    searched = SEARCHED.format(documents=answer.searched.documents, provisions=answer.searched.provisions)
    return searched if answer.reason is Reason.OFF_TOPIC else f"{searched} {QUEUED}"
