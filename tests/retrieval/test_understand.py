"""What a question asks for: kinds of fact, units that are counted, places that are compared or only an address."""

from __future__ import annotations

import pytest

from corpus.catalog import Catalog
from corpus.places import places_of
from retrieval.facts import Fact, fact_asked, states, unit_asked
from retrieval.question import Question
from retrieval.understand import compared, understand


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("Mức phạt khi cản trở dân chủ ở Thạch Khôi?", Fact.SANCTION),
        ("mức chi là bao nhiêu", Fact.SUM),
        ("Thành phố chủ trương gì về mức chi cho giám sát?", None),
        ("Giao nghiên cứu mức chi cho những hoạt động nào?", None),
        ("Bao lâu thì họp với khu phố một lần?", Fact.PERIOD),
        ("tổ chức đối thoại mấy lần một năm", Fact.PERIOD),
        ("phải trả lời trong bao lâu", Fact.DAYS),
        ("thời hạn giải quyết?", Fact.DAYS),
        ("Bao nhiêu phần trăm cơ quan phải làm?", Fact.SHARE),
        ("Mấy lớp này có bắt buộc không?", None),
        ("mấy lớp học cho cán bộ có đổi cách dạy không", None),
        ("Ban thanh tra có mấy thành viên?", Fact.COUNT),
        ("khi nào thì hương ước bị bãi bỏ", None),
        ("nộp báo cáo khi nào", Fact.WHEN),
        ("nghị quyết ban hành ngày nào", Fact.ISSUED),
        ("đang làm theo nghị quyết số mấy của quận", None),
        ("viện dẫn luật ban hành ngày nào", Fact.DATE),
        ("căn cứ vào đâu khi ban hành nghị quyết", Fact.BASIS),
        ("căn cứ vào đâu khi ban hành quy chế dân chủ", None),
        ("ai ký", Fact.SIGNER),
        ("ai giám sát nghị quyết", None),
    ],
)
def test_the_kind_of_fact(question: str, fact: Fact | None) -> None:
    assert fact_asked(question) == fact
    assert fact_asked(question.upper()) == fact


@pytest.mark.parametrize(
    ("fact", "unit", "clause", "stated"),
    [
        (Fact.DAYS, None, "trong thời hạn 05 (năm) ngày làm việc", True),
        (Fact.DAYS, None, "Nhiệm kỳ là 02 năm.", True),
        (Fact.DAYS, None, "ban hành ngày 16 tháng 6 năm 2025", False),
        (Fact.PERIOD, None, "Hằng năm, tổ chức kiểm tra", True),
        (Fact.PERIOD, None, "thường xuyên kiểm tra", False),
        (Fact.COUNT, "mo hinh", "Hàng năm, đăng ký xây dựng các mô hình", False),
        (Fact.COUNT, "mo hinh", "ít nhất 02 mô hình", True),
        (Fact.COUNT, "nguoi", "gồm 05 thành viên", True),
        (Fact.COUNT, "nguoi", "ít nhất là hai phần ba tổng số cán bộ", True),
        (Fact.COUNT, "nguoi", "các thành viên trong ban", False),
        (Fact.SHARE, None, "100% cơ quan", True),
        (Fact.SHARE, None, "toàn bộ cơ quan", False),
        (Fact.DOER, "giai tan", "nâng cao chất lượng hoạt động của Ban Thanh tra nhân dân", False),
        (Fact.DOER, "phe duyet", "do Ủy ban nhân dân cấp huyện công nhận", True),
        (Fact.RECIPIENT, None, "phản ánh về UBND quận (qua Phòng Nội vụ)", True),
        (Fact.RECIPIENT, None, "giải quyết khiếu nại, tố cáo của công dân", False),
        (Fact.PLACE, None, "tại bộ phận một cửa", True),
        (Fact.PLACE, None, "cho phòng, ban liên quan", False),
        (Fact.EXCEPTION, None, "(trừ các thông tin thuộc bí mật Nhà nước)", True),
        (Fact.CONSEQUENCE, None, "phát huy vai trò", False),
    ],
)
def test_whether_a_clause_states_it(fact: Fact, unit: str | None, clause: str, stated: bool) -> None:
    assert states(fact, clause, unit) is stated


def test_the_unit() -> None:
    assert unit_asked("Ban có bao nhiêu thành viên?") == "thanh vien"
    assert unit_asked("gửi mấy người") == "nguoi"
    assert unit_asked("ai làm") is None
    assert unit_asked("Ai có quyền giải tán Ban Thanh tra nhân dân?") == "giai tan"


@pytest.mark.parametrize(
    ("question", "places"),
    [
        ("Ở phường Thạch Khôi, Hải Phòng có chỗ nào quét mã QR?", ["Phường Thạch Khôi"]),
        ("Tôi ở phường Thạch Khôi (Hải Phòng), ai bênh tôi?", ["Phường Thạch Khôi"]),
        ("Thạch Khôi và Hải Phòng khác nhau chỗ nào?", ["Phường Thạch Khôi", "Thành phố Hải Phòng"]),
        ("Thạch Khôi, Hải Phòng và Cao Xanh yêu cầu gì?", ["Phường Thạch Khôi", "Thành phố Hải Phòng", "Phường Cao Xanh"]),
        ("Công nghệ ở Hải Phòng, Thạch Khôi", ["Thành phố Hải Phòng", "Phường Thạch Khôi"]),
        ("Kim Bảng với Ngô Quyền", ["Huyện Kim Bảng", "Quận Ngô Quyền"]),
    ],
)  # fmt: skip
def test_an_address_is_no_comparison(question: str, places: list[str], catalog: Catalog) -> None:
    asked = understand(Question(question), places_of(catalog))
    assert sorted(place.name for place in compared(asked)) == sorted(places)


def test_a_follow_up_that_asks_something_else_does_not_ask_for_the_earlier_fact(catalog: Catalog) -> None:
    held = places_of(catalog)
    asked = understand(Question("Thế có phải báo cho hội đồng không?", previous=("Ngô Quyền báo cáo lúc nào?",)), held)
    assert asked.fact is None
    carried = understand(Question("Còn ở Hải Phòng thì sao?", previous=("Ngô Quyền báo cáo lúc nào?",)), held)
    assert carried.fact is Fact.WHEN


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("kim bảng mỗi năm kiểm tra mấy cơ quan", Fact.COUNT),
        ("họp lúc mấy giờ", Fact.HOUR),
        ("Mẫu báo cáo 6 tháng của Ngô Quyền tải ở đâu?", Fact.FORM),
        ("Mức khen thưởng theo NQ Thạch Khôi", Fact.SUM),
        ("Ban chỉ đạo gồm những ai?", Fact.MEMBERS),
        ("ai là trưởng phòng nội vụ", Fact.NAME),
        ("Hòm thư đặt ở số nhà nào", Fact.CONTACT),
        ("cán bộ có được trang bị máy tính không", None),
        ("lấy tiền đâu để làm mấy việc này", None),
        ("thông qua ở kỳ họp thứ mấy", None),
        ("Khu phố nào được chọn làm điểm", Fact.CHOSEN),
        ("Không đồng ý thì gửi đơn lên cơ quan nào?", Fact.RECIPIENT),
        ("phường quyết luôn không hỏi ai", None),
        ("Ban Thanh tra nhân dân được bầu theo thủ tục nào?", Fact.PROCEDURE),
        ("Nội dung ấy nằm ở bước nào của hội nghị?", None),
        ("Trường hợp nào được miễn lấy ý kiến?", Fact.EXCEPTION),
        ("Tủ sách pháp luật đặt tại đâu?", Fact.PLACE),
        ("Tiền ở đâu để làm?", None),
        ("văn bản nêu ở đầu nghị quyết", None),
        ("Nghị quyết này thay thế văn bản nào?", Fact.REPLACED),
        ("vắng họp thì bị xử lý ntn", Fact.CONSEQUENCE),
        ("chuẩn bị gì cho cuộc họp", None),
        ("Ai có thẩm quyền phê duyệt quy chế?", Fact.DOER),
        ("Ai ký giấy khen?", Fact.DOER),
        ("Kết quả được đưa vào chấm điểm nội dung nào?", None),
    ],
)
def test_more_kinds_of_fact(question: str, fact: Fact | None) -> None:
    assert fact_asked(question) == fact


def test_the_city_above_is_compared_where_it_is_only_called_the_city(catalog: Catalog) -> None:
    held = places_of(catalog)
    asked = understand(Question("Mục tiêu công khai của thành phố so với Thạch Khôi"), held)
    assert [place.name for place in compared(asked, held)] == ["Phường Thạch Khôi", "Thành phố Hải Phòng"]
    alone = understand(Question("Thạch Khôi công khai những gì?"), held)
    assert [place.name for place in compared(alone, held)] == ["Phường Thạch Khôi"]


def test_what_a_number_is_of_goes_with_the_fact_that_is_carried_on(catalog: Catalog) -> None:
    before = ("Hải Phòng chi bao nhiêu phần trăm ngân sách cho chuyển đổi số?",)
    carried = understand(Question("Còn ở Thạch Khôi thì sao?", previous=before), places_of(catalog))
    assert (carried.fact, carried.subjects) == (Fact.SHARE, ("ngan sach",))
    other = understand(Question("Còn thanh tra thì nhiệm kỳ ai quyết?", previous=before), places_of(catalog))
    assert other.fact is None
