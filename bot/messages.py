"""Each sentence that the bot says of itself, in Vietnamese. Quotes never come from here."""

from __future__ import annotations

from corpus.validity import Force
from retrieval.answer import Answer, Reason, Status

NAME = "Dân chủ cơ sở"
GREETING = (
    "Xin chào! Tôi trả lời câu hỏi về thực hiện dân chủ ở cơ sở bằng cách trích nguyên văn điều khoản, "
    "kèm tên văn bản và mã để kiểm tra. Tôi không tự viết lời giải thích pháp luật."
)
PRIVACY = (
    "Câu hỏi được lưu (không kèm tên hay số điện thoại của bạn) để bổ sung những gì còn thiếu. "
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

# Channels with buttons and commands.
COMMANDS = {
    "start": "Lời chào và câu hỏi ví dụ",
    "help": "Cách hỏi",
    "vanban": "Đọc nguyên văn các văn bản đang có",
}
BROWSE = "Gõ /vanban để đọc nguyên văn từng văn bản."
HELPFUL = "👍 Đúng điều tôi hỏi"
NOT_HELPFUL = "👎 Không đúng"
CHOSEN = "✓ {label}"
NOT_ON_RECORD = "Không còn tìm thấy câu trả lời này trong sổ ghi, nên chưa lưu được góp ý."
CHECK_CODE = "Mã kiểm tra: "
WHOLE = "📖 Đọc cả {provision}"
ASK_NEXT = "Hỏi tiếp câu này"
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


def headline(answer: Answer) -> str:
    """The sentence that stands before the quotes, or the refusal itself; "" where the quote speaks for itself."""
    if answer.status is Status.ANSWERED:
        return ""
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
