"""The sentences of the review pages, in Vietnamese."""

from __future__ import annotations

from bot.feedback.review import ClusterState, Role

TITLE = "Duyệt câu hỏi"
SKIP = "Đến nội dung chính"
NAV = "Các trang duyệt"
QUEUE = "Hàng đợi"
FIGURES = "Số liệu"
AUDIT = "Nhật ký"
USERS = "Người dùng"
SIGN_OUT = "Đăng xuất"
SIGNED_IN = "{name} · {role}"

ROLES = {Role.READER: "người xem", Role.REVIEWER: "người duyệt", Role.ADMIN: "quản trị"}
STATES = {
    ClusterState.OPEN: "Chưa xử lý",
    ClusterState.TAKEN: "Đang xử lý",
    ClusterState.ANSWERED: "Đã có điều khoản",
    ClusterState.LACKS_DOCUMENT: "Thiếu văn bản",
    ClusterState.NOT_FOR_US: "Không thuộc phạm vi",
    ClusterState.DUPLICATE: "Trùng câu khác",
}
CLOSING = (ClusterState.LACKS_DOCUMENT, ClusterState.NOT_FOR_US)
"""The states that a reviewer chooses; the others come with what is done: taking, pinning, naming a duplicate."""
CHANNELS = {"web": "Trang web", "telegram": "Telegram", "zalo": "Zalo", "zalo_oa": "Zalo OA", "cli": "Dòng lệnh"}
REASONS = {
    "off_topic": "Ngoài phạm vi",
    "provision_not_found": "Không có điều khoản được hỏi",
    "document_not_in_corpus": "Chưa có văn bản được hỏi",
    "place_not_in_corpus": "Chưa có văn bản của nơi được hỏi",
    "other_law": "Thuộc lĩnh vực pháp luật khác",
    "no_provision": "Không tìm thấy điều khoản",
    "low_confidence": "Chưa chắc chắn",
    "fact_not_stated": "Văn bản không nêu",
    "empty": "Không có câu hỏi",
    "unreadable": "Không đọc được",
    "too_long": "Quá dài",
}
NO_REASON = "Bị chê hoặc trục trặc"

# Signing in.
SIGN_IN = "Đăng nhập"
SIGN_IN_INTRO = "Trang dành cho người phụ trách xem và trả lời các câu hỏi còn thiếu."
NAME = "Tên đăng nhập"
PASSWORD = "Mật khẩu"
WRONG = "Tên đăng nhập hoặc mật khẩu không đúng."
LOCKED = "Nhập sai quá nhiều lần nên tên này bị khóa đến {until}. Xin chờ, hoặc nhờ quản trị viên."
EXPIRED = "Phiên làm việc đã hết hạn, chưa thay đổi gì. Xin đăng nhập lại."
FORGED = "Biểu mẫu không hợp lệ hoặc đã cũ nên chưa thay đổi gì. Xin mở lại trang rồi làm lại."
NOT_ALLOWED = "Tài khoản {role} không được làm việc này. Chưa thay đổi gì."
TO_QUEUE = "Về hàng đợi"
BUSY = "Có quá nhiều lần đăng nhập từ địa chỉ này. Xin chờ một phút rồi thử lại."

# The queue.
QUEUE_TITLE = "Câu hỏi cần xem xét"
FILTER = "Lọc và tìm"
FILTER_GO = "Lọc"
FILTER_CLEAR = "Bỏ lọc"
SEARCH = "Tìm trong câu hỏi"
STATE = "Tình trạng"
PLACE = "Nơi"
CHANNEL = "Kênh"
REASON = "Lý do"
SINCE = "Hỏi từ ngày"
UNTIL = "đến ngày"
ALL = "Tất cả"
FOUND = "{total} nhóm câu hỏi"
FOUND_NONE = "Không có nhóm câu hỏi nào như vậy."
BAD_DATE = "Ngày “{typed}” không đọc được nên không lọc theo ngày ấy."
PAGES = "Các trang của hàng đợi"
PAGE_OF = "Trang {page} trên {pages}"
BEFORE = "« Trang trước"
AFTER = "Trang sau »"
COUNT_WORDINGS = "{n} cách hỏi"
COUNT_ASKERS = "{n} người hỏi"
COUNT_ASKED = "{n} lượt"
LAST_ASKED = "Hỏi gần nhất {at}"
FIRST_ASKED = "lần đầu {at}"
TAKEN_BY = "{name} đang xử lý"
NO_PLACE = "Không nêu nơi"
EXPORT = "Tải về"
EXPORT_FORMS = {"csv": "CSV", "xlsx": "Excel (XLSX)", "jsonl": "Câu kiểm thử (JSONL)"}
EXPORT_NOTE = "CSV và Excel theo bộ lọc đang chọn; câu kiểm thử gồm mọi câu đã ghim điều khoản."

# A cluster.
NO_CLUSTER = "Không có nhóm câu hỏi này."
WORDINGS = "Các cách hỏi"
MORE_WORDINGS = "… và {n} cách hỏi nữa."
MOST_WORDINGS = 200
"""So many ways of asking a page shows."""
TIMES = "{n} lần, gần nhất {at}"
SEEN = "Máy đã tìm thấy gì"
SEEN_INTRO = "Các điều khoản gần nhất cho câu hỏi mới nhất, kèm điểm (0 đến 1) và các dấu hiệu đã tính."
SEEN_NONE = "Máy không xét điều khoản nào cho câu hỏi này."
SIGNALS = "{n} dấu hiệu"
READ = "Đọc trong văn bản"
CHOOSE = "Chọn điều khoản này"
TELLINGS = "Báo cho người hỏi"
TELLING_WAIT = "{n} người đang chờ được báo"
TELLING_TOLD = "đã báo cho {n} người"
TELLING_FAILING = "{n} người chưa gửi được, sẽ thử lại (lần gần nhất {at})"
TELLING_NEVER = "{n} người không thể báo (đã chặn chương trình hoặc không còn cuộc trò chuyện)"
TELLINGS_NOTE = "Mỗi người được báo một lần qua kênh đã hỏi, ngay khi câu hỏi có câu trả lời chắc chắn."
HISTORY = "Lịch sử"
HISTORY_NONE = "Chưa ai xử lý nhóm này."
PINNED = "Điều khoản đã ghim"
PINNED_BY = "{who} ghim lúc {at}"
PIN_SERVES = "Trả lời {n} trên {wordings} cách hỏi."
PIN_CHANGED = "Câu chữ của điều khoản này đã khác lúc ghim nên không dùng để trả lời. Xin xem lại rồi ghim lại."
PIN_GONE = "Điều khoản này không còn trong các văn bản đang giữ nên không dùng để trả lời."
UNPIN = "Bỏ ghim"
WHY = "Lý do"
WHY_OPTIONAL = "Lý do (có thể để trống)"
ACTIONS = "Xử lý"
TAKE = "Nhận xử lý"
RELEASE = "Thôi xử lý"
SET_STATE = "Đổi tình trạng"
SETTING = {ClusterState.OPEN: "Mở lại", ClusterState.ANSWERED: "Vẫn dùng điều khoản đã ghim"}
"""States that a reviewer reaches by doing something; the others are called what they are."""
PIN_AGAIN = (
    "Sau khi ghim vẫn có người hỏi mà chưa được trả lời bằng điều khoản này, hoặc thấy chưa đúng. Xin xem lại các cách "
    "hỏi: ghim lại (cho cả cách hỏi mới), tách cách hỏi khác ý, hoặc vẫn dùng như cũ."
)
UNPIN_FIRST = "Muốn đổi tình trạng, hãy bỏ ghim trước."
DUPLICATE = "Gộp với nhóm khác"
DUPLICATE_INTRO = "Chọn nhóm hỏi cùng một điều; hai nhóm thành một và giữ mọi cách hỏi."
DUPLICATE_FIND = "Tìm nhóm để gộp"
DUPLICATE_NONE = "Không có nhóm khác nào có những chữ ấy."
MERGE = "Gộp hai nhóm"
MARK_DUPLICATE = "Chỉ đánh dấu là trùng"
DUPLICATE_OF = "Trùng với nhóm {id}: {title}"
SPLIT = "Tách các cách hỏi đã chọn"
SPLIT_INTRO = "Đánh dấu những cách hỏi khác ý ở trên rồi tách thành một nhóm riêng."
SPLIT_WHICH = "Tách “{text}”"
SPLIT_NONE = "Chưa chọn cách hỏi nào để tách. Chưa thay đổi gì."
SPLIT_ALL = "Đã chọn mọi cách hỏi: không còn gì ở lại nhóm này. Chưa thay đổi gì."
WHY_NEEDED = "Xin ghi lý do. Chưa thay đổi gì."
BAD_CHOICE = "Lựa chọn này không có. Chưa thay đổi gì."
EVENTS = {
    "cluster.take": "nhận xử lý",
    "cluster.release": "thôi xử lý",
    "cluster.state": "đổi tình trạng",
    "cluster.again": "mở lại: có người hỏi mà điều khoản đã ghim chưa trả lời được, hoặc bị chê",
    "cluster.split": "tách nhóm",
    "cluster.merge": "gộp nhóm",
    "pin": "ghim điều khoản",
    "pin.replace": "thay ghim",
    "pin.undo": "bỏ ghim",
    "user.add": "thêm người dùng",
    "user.role": "đổi vai trò",
    "user.disable": "khóa người dùng",
    "user.enable": "mở khóa người dùng",
    "user.password": "đổi mật khẩu",
    "user.lock": "tạm khóa vì nhập sai mật khẩu",
}

# The clause picker.
PICK = "Chọn điều khoản trả lời"
PICK_INTRO = (
    "Tìm theo câu chữ, hoặc mở một văn bản rồi chọn trong mục lục. Trước khi ghim bạn sẽ xem lại toàn bộ câu chữ."
)
PICK_SEARCH = "Tìm điều khoản"
PICK_GO = "Tìm"
PICK_FOUND = "Điều khoản tìm được"
PICK_NONE = "Không tìm thấy điều khoản nào; thử gõ chữ khác hoặc chọn trong mục lục."
TREE = "Chọn trong mục lục văn bản"
TREE_OF = "Mục lục {name}"
CONFIRM = "Ghim điều khoản này"
CONFIRM_TITLE = "Xem lại trước khi ghim"
CONFIRM_QUESTION = "Câu hỏi"
CONFIRM_WORDS = "Câu chữ sẽ được trích"
CONFIRM_AS = "Từ nay những cách hỏi này được trả lời bằng điều khoản trên:"
CONFIRM_LONG = "Điều khoản dài hơn 2.000 chữ: câu trả lời sẽ gồm nhiều đoạn. Nên chọn một khoản hay điểm bên trong."
CONFIRM_PLACE = "Chỉ khi hỏi về {place}"
CANCEL = "Quay lại"
NO_PROVISION = "Không còn điều khoản này. Chưa thay đổi gì."
WORDS_CHANGED = "Câu chữ của điều khoản vừa thay đổi. Chưa ghim; xin đọc lại dưới đây."

# Figures.
FIGURES_TITLE = "Số liệu hỏi đáp"
FIGURES_GO = "Xem"
FIGURES_SPAN = "Từ {since} đến {until}"
FIGURES_TOTAL = "câu hỏi"
FIGURES_RATE = "có câu trả lời chắc chắn"
FIGURES_OPEN = "nhóm đang chờ"
FIGURES_WAIT = "giữa lúc hỏi và lúc ghim (trung vị)"
ASKED_TITLE = "Câu hỏi mỗi ngày"
RATE_TITLE = "Tỷ lệ trả lời được mỗi ngày (%)"
REASONS_TITLE = "Vì sao chưa trả lời được"
GAPS_TITLE = "Nơi còn nhiều câu chờ nhất"
WAITS_TITLE = "Thời gian từ lúc hỏi đến lúc ghim, theo tuần (giờ, trung vị)"
TABLE = "Xem bảng số liệu"
DAY = "Ngày"
ASKED = "Lượt hỏi"
ANSWERED = "Trả lời được"
RATE = "Tỷ lệ"
TIMES_HEAD = "Số lượt"
CLUSTERS_HEAD = "Số nhóm"
WEEK = "Tuần từ"
HOURS = "Giờ"
NOTHING = "Chưa có số liệu trong khoảng này."
HOURS_WORDS = "{n} giờ"
DAYS_WORDS = "{n} ngày"

# Users and the audit log.
AUDIT_TITLE = "Nhật ký thay đổi"
AUDIT_HEAD = ("Lúc", "Ai", "Việc", "Với", "Lý do")
AUDIT_NONE = "Chưa có việc nào được ghi."
AUDIT_NEWEST = "{n} việc mới nhất."
USERS_TITLE = "Người dùng"
USERS_INTRO = "Thêm người bằng lệnh: danchu user add TÊN --role reviewer"
USERS_HEAD = ("Tên", "Vai trò", "Tình trạng", "Từ ngày")
USER_ACTIVE = "Đang dùng"
USER_DISABLED = "Đã khóa"
USER_LOCKED = "Tạm khóa đến {until}"
