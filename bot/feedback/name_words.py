"""The words by which names of persons are told from other words (`names.py`): family names, given names, titles.

All in small letters; what begins with PLAIN_ is spelled without accents, where more of them are other words too
("do thi" is "đô thị", "dang van dong" is "đang vận động").
"""

from __future__ import annotations

from corpus.text import fold


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Family names that are hardly anything else in capitals, and those that are ordinary words or parts of places too.
SURE = _words("nguyễn trần lê phạm huỳnh hoàng phan vũ võ đặng bùi đỗ ngô dương đinh trịnh trương quách tạ tô phùng")
OTHER = _words(
    "hồ lý đào đoàn lương mai hà cao lâm thái châu chu đàm tăng tống triệu kiều khúc nghiêm hứa mạc bạch doãn lưu "
    "giang thạch kim lại phí ninh vương thân tôn từ vi văn sầm nông bế lục giàng sùng thào lò vàng vừ quàng "
    "lường cầm khổng viên đái ngụy ma lù hầu trang lỗ nhữ lã đồng ung diệp danh bàn triệu sơn chử cấn hán huyền "
    "thiều cù khuất khương quế tòng chẩu tẩn phàn"
)
SURNAMES = SURE | OTHER
SMALL_SURNAMES = SURE | _words(
    "hồ lý đào mai hà cao lâm chu lương triệu kiều khúc nghiêm hứa mạc bạch doãn lưu giàng sùng lò"
)
"""Those that may be told in small letters too, behind a title: not "trẻ em tăng cường"."""
NOT_BEFORE_VAN = _words("từ lưu vi la văn đồng danh bàn hán sơn kim viên ma")
"""Words before which "văn" is mostly one of its own: "từ văn bản", "lưu văn thư"."""

GIVEN = _words(
    "an anh ánh ân bách bảo bích bình ca cẩm châu chi chí chiến chinh chính chung chương cương cường cúc danh "
    "diễm diệp diệu doanh du dung duy duyên dũng dương đan đào đạt đăng điệp đoan đông đức gấm giang giáp hà hạ "
    "hạnh hải hảo hân hằng hào hậu hiên hiền hiển hiếu hiệp hoa hoan hoà hòa hoài hoàn hoàng hồng huân huế huệ "
    "huy huyền hùng hưng hương hường hữu kha khang khanh khánh khải khiêm khoa khôi khuê khương kiên kiệt kiều "
    "kim kỳ lai lam lan lâm lân lê liên liễu linh loan long lộc lợi luân lương ly lý mai mạnh mẫn mến minh mơ my "
    "mỹ nam nga ngà ngân ngát nghĩa ngoan ngọc nguyên nguyệt nhàn nhân nhạn nhật nhi nhiên nhung như nhường ninh "
    "nụ oanh phát phong phú phúc phước phương phượng quang quân quốc quý quyên quyền quỳnh sang sáng sâm sen sinh "
    "soạn sơn sương tài tâm tân tấn thao thái thảo thanh thành thắm thắng thi thiên thiện thịnh thọ thoa thoan "
    "thơ thơm thu thuận thùy thuỳ thúy thuý thủy thuỷ thư thương thường tiên tiến toàn trang trâm trân trí triều "
    "trinh trọng trung trúc trường tuân tuấn tuệ tùng tuyên tuyền tuyết tú tươi tường uyên vân vi việt vinh vĩnh "
    "vui vũ vượng vy xuân xuyến yên yến ý bé bưởi cát hợi kháng lành lệ liêm luyện mão mận mười mỷ nhã nở pành "
    "quảng sáu bảy tám tèo thăng thụy thuỵ tiểu toản tuất uy út"
)
MIDDLE = _words(
    "văn thị đình bá công gia thế viết đắc doãn tố thục sỹ sĩ khắc trần nguyễn phạm huỳnh hồ bùi võ phan thúc tự"
)
PARTS = GIVEN | MIDDLE
ORDINARY = _words(
    "chi chính danh du đạo định đông giáp hạ hà hào hoàn hoạt hữu lai lợi luận nam nghị nghĩa nhường phát phong phú "
    "phương quân quốc quyết quyền quý sinh sáng soạn sơn tài tân tấn thao thành thêm thi thiện thuận thường tiến "
    "toán toàn tới trí trung trưởng trường tuân tuyên tươi từ tường vi việt vui vũ yên ý công gia thế viết"
)
"""Given names that are more often words of a sentence: none of them is read as the second syllable of a given name."""

PLAIN_SURE = _words("nguyen tran pham huynh")
PLAIN_VAN = _words("nguyen tran le pham hoang huynh vu vo ngo bui phung quach")
PLAIN_SURNAMES = _words(
    "nguyen tran le pham hoang huynh phan vu vo dang bui do ngo duong dinh trinh ly mai dao luong ho cao phung quach ta"
)
PLAIN_ALL = frozenset(map(fold, SURNAMES)) - frozenset(map(fold, NOT_BEFORE_VAN))
PLAIN_AFTER_TITLE = _words("nguyen tran le pham hoang huynh bui ngo")
PLAIN_GIVEN = frozenset(map(fold, GIVEN)) - _words(
    "truong thi to moi nhan dinh dao la hoi sau tam muoi bay be cat uy sang"
)
PLAIN_ORDINARY = frozenset(map(fold, ORDINARY)) | _words("trong thu thanh sang ca dang du tam tho uyen chung duong")
PLAIN_PARTS = PLAIN_GIVEN | frozenset(map(fold, MIDDLE))
PLAIN_SECOND = _words(
    "anh hang hung huong khai khanh kiet lan linh loan long nga ngan ngoc nguyet nhi nhung oanh quang quynh thao thuy "
    "trang tuan tuyet vinh vy xuan yen"
)

# "nguyên văn điều 5", "dịch vụ vẫn chậm", "vi phạm vẫn bị phạt": words that tell a phrase from a name.
NO_GIVEN = _words(
    "bản bằng kiện ban bang kien dieu khoan diem luat nghi cua quyet noi quy chuong muc cho doan cau trong tu la "
    "nhu the duoc o tai cac mot nay do phan di giup va co khong phai con chua bi de"
)
COMPOUNDS = frozenset(
    (before, word)
    for befores, word in (
        ("vi quy xâm tội xúc sai", "phạm"),
        ("vi quy xam xuc sai", "pham"),
        ("dich nghia nhiem chuc phuc su", "vu"),
        ("mat thi", "tran"),
    )
    for before in befores.split()
)
"""The second word of each is no family name: "vi phạm", "dịch vụ", "thị trấn"."""
PHRASES = frozenset(
    (word, second)
    for word, seconds in (
        ("nguyen", "nhan tac vong"),
        ("pham", "nhan"),
        ("phạm", "nhân vi"),
        ("vu", "an"),
        ("đỗ", "trung"),
        ("đoàn", "thanh viên"),
    )
    for second in seconds.split()
)

CROPS = _words("ngô đỗ dương tô tạ")
"""Family names that in small letters are mostly other words ("trồng ngô đông xuân")."""

TITLES = _words("ông bà anh chị cô chú bác cụ cháu thầy dì cậu mợ em")
PLAIN_TITLES = _words("ong ba anh")
ALL_TITLES = TITLES | PLAIN_TITLES
FORMAL_TITLES = _words("ông bà ong")

GOES_ON = _words("viên giới nhân niên tra sinh phần phố lập vien gioi nhan nien tra sinh phan pho lap")
"""Words that make an ordinary one of the given name before them: "thành viên", "thanh niên", "nam giới"."""

# A name behind these is that of a place, of a street, a school.
UNIT_WORDS = _words(
    "phường xã quận huyện tỉnh trấn p q x h tp tx tt phuong xa quan huyen tinh thôn xóm làng ấp buôn khóm khu thon"
)
PLACE_WORDS = UNIT_WORDS | _words(
    "đường phố ngõ ngách hẻm kiệt lộ chợ cầu trường thpt thcs viện ga bến cư đền chùa đình lăng ngã tượng giải quỹ "
    "duong pho ngo ngach hem ở tại trên o tai tren"
)
OFFICES = _words("trưởng phó tịch thư an sự hàng bộ truong tich chủ chu đội doi")
"""Words before a unit word that make an office of it: "trưởng thôn Nguyễn Văn An", "công an xã …", "hàng xóm …"."""
NUMBERED = _words("tổ thôn ấp khu khóm xóm tdp đội to thon ap doi")
NEXT_MATTER = (PLACE_WORDS - GIVEN) | _words(
    "tổ tp điều khoản mục nghị luật hỏi sđt cccd cmnd email số năm là có và hội ủy uỷ ban"
)
"""Words in capitals that belong to no name before them: "Nguyễn Văn An Tổ 5"."""
ENDS_NAME = NO_GIVEN | _words(
    "ở hỏi sinh số sđt sdt xin muốn tổ thôn xã phường năm nhà người dân đang ạ à nhé nha thì bị được hiện trú ngụ tại "
    "cư địa điện cccd cmnd với của tôi em mình tên tuổi cho và là có không nói kiện lấn làm thường vẫn đã sẽ đòi xây "
    "hoi muon nguoi dan thuong dang a nhe voi cua toi minh ten tuoi so xin nha sinh to thon xa noi lan xay"
)
"""Words in small letters before which a name is over."""
