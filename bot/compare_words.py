"""What the bot says of itself where places are compared, in Vietnamese. Quotes never come from here."""

from __future__ import annotations

from corpus.citation import name
from retrieval.answer import Found, Side

SAYS = {
    Found.FOUND: "",
    Found.NEAR: "Tôi chưa chắc {documents} có điều khoản đúng việc được hỏi. Điều khoản gần nhất:",
    Found.NOTHING: "Tôi không tìm thấy điều khoản nào về việc này trong {documents}.",
    Found.NOT_HELD: "Tôi chưa có văn bản nào của {place}.",
    Found.NOT_SHOWN: "Câu trả lời này chưa nêu điều khoản nào của {documents}; bạn hỏi riêng nơi này để xem.",
}
HEADING = "📍 {place}"

WEB_WORDING = "So từng chữ"
WEB_WORDING_SAYS = (
    "Đoạn gạch chân, tô nền là đoạn riêng của nơi ấy: ở chỗ tương ứng, các nơi khác không viết như vậy. "
    "Đoạn để thường thì có ít nhất một nơi khác viết giống. Không kể chữ hoa, chữ thường và dấu câu. "
    "Máy chỉ so mặt chữ; câu chữ của văn bản được giữ nguyên."
)
WEB_NOTHING_SHARED = "Các trích dẫn này không có cụm từ nào giống nhau nên không đánh dấu chữ nào."
WEB_NOTHING_SHARED_HERE = "Trích dẫn ở nơi này không có cụm từ nào giống nơi khác nên không đánh dấu chữ nào."
WEB_ALL_SHARED = "Các trích dẫn này giống nhau từng chữ."
WEB_ONLY_HERE = "riêng ở {place}:"
"""Before a marked run, for those who listen to the page."""
WEB_ONLY_ENDS = "hết"
"""Behind a marked run, for those who listen to the page."""


def says(side: Side) -> str:
    """What is said of a place before its clauses, or in place of them; "" where the clauses speak for themselves."""
    documents = "; ".join(name(document.meta) for document in side.documents)
    return SAYS[side.found].format(place=side.place, documents=documents)
