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
    if answer.status is Status.ANSWERED or answer.reason in (Reason.EMPTY, Reason.UNREADABLE, Reason.TOO_LONG):
        return ""
    searched = SEARCHED.format(documents=answer.searched.documents, provisions=answer.searched.provisions)
    return searched if answer.reason is Reason.OFF_TOPIC else f"{searched} {QUEUED}"
