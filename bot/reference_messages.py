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
TIMES = "{times} lần"
