"""The sentences about references: which of the documents named are held, and which an office should get."""

from __future__ import annotations

from corpus.references import Standing

STANDING = {
    Standing.HELD: "đang giữ",
    Standing.LIKELY: "có lẽ đang giữ",
    Standing.NOT_HELD: "chưa có",
    Standing.NO_PROVISION: "không có điều khoản này",
    Standing.OWN: "chính văn bản này",
}
BASIS, MENTION = "căn cứ", "viện dẫn"
NONE = "Văn bản này không viện dẫn văn bản hay điều khoản nào."
NONE_MISSING = "Mọi văn bản được viện dẫn đều đang giữ."
NO_DOCUMENT = "Không có văn bản nào mang mã hay tên “{words}”. Xem danh sách bằng: danchu corpus list"
SEVERAL = "“{words}” có thể là nhiều văn bản: {ids}. Xin dùng mã."
COUNTED = "{documents} văn bản, {references} chỗ viện dẫn: {held} đang giữ, {likely} có lẽ, {missing} chưa có."
MISSING_TITLE = "Văn bản được viện dẫn mà chưa có"
MISSING_COUNTED = "{documents} văn bản chưa có, được viện dẫn {times} lần. Thêm bằng: danchu corpus add TỆP"
ALSO = "cũng ghi là: {names}"
WITHIN = "trong tên văn bản khác"
OPENS = "Mở: {what}"
OPENS_LIKELY = "Mở: {what} (có lẽ)"
TIMES = "{times} lần"

MAP = "Sơ đồ văn bản"
MAP_INTRO = (
    "Văn bản nào căn cứ hay viện dẫn văn bản nào. Mũi tên đi từ văn bản viện dẫn đến văn bản được viện dẫn; chọn một "
    "dòng để chỉ xem mũi tên của dòng ấy."
)
MAP_SUMMARY = "{held} văn bản đang giữ, {wanted} văn bản được viện dẫn mà chưa có, {arrows} mũi tên"
MAP_DRAWING = "Sơ đồ: {summary}. Danh sách bên dưới ghi đủ như sơ đồ."
MAP_CHOSEN = "Đang chọn: {name}"
MAP_ALL = "Xem tất cả mũi tên"
MAP_HELD, MAP_WANTED = "Đang giữ", "Chưa có"
MAP_LISTS = "Như sơ đồ, bằng chữ"
MAP_LISTS_INTRO = "Mỗi văn bản đang giữ viện dẫn những gì, ở điều khoản nào."
MAP_NAMES_NONE = "Không viện dẫn văn bản nào khác."
MAP_GET = "Văn bản cần tìm thêm"
MAP_GET_INTRO = (
    "Những văn bản được viện dẫn mà chưa có trong dữ liệu, nhiều lần nhất đứng đầu. Không kể tên nằm trong tên một văn "
    "bản khác."
)
MAP_EMPTY = "Chưa có văn bản nào."
LEGEND = {
    "basis": "căn cứ (phần mở đầu)",
    "mention": "viện dẫn trong điều khoản",
    "likely": "có lẽ là văn bản ấy, chưa chắc chắn",
}
EDGES = {"basis": "căn cứ", "mention": "viện dẫn", "likely": "có lẽ là văn bản này"}
NAMED_TIMES = "được viện dẫn {times} lần"
READ = "Đọc"
REFERENCES = "Viện dẫn trong văn bản này ({count})"
