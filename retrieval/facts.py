"""The kind of fact that a question asks for, and whether a clause states one.

Who asks "mấy ngày" of a clause without a number of days must be told that it is not stated. All patterns are over
letters without accents, so that it does not matter how the question was typed.
"""

from __future__ import annotations

import re
from enum import StrEnum

from corpus.text import fold


class Fact(StrEnum):
    """The kind of fact that a question asks for, where its answer must state one."""

    SIGNER = "signer"
    FORCE = "force"
    ISSUED = "issued"
    BASIS = "basis"
    SHARE = "share"
    SUM = "sum"
    DAYS = "days"
    DATE = "date"
    WHEN = "when"
    COUNT = "count"
    PERIOD = "period"
    NAME = "name"
    CHOSEN = "chosen"
    CONTACT = "contact"
    FORM = "form"
    HOUR = "hour"
    MEMBERS = "members"
    AGE = "age"
    PAPERS = "papers"
    SANCTION = "sanction"
    YEAR = "year"
    DOER = "doer"
    PLACE = "place"
    RECIPIENT = "recipient"
    PROCEDURE = "procedure"
    EXCEPTION = "exception"
    REPLACED = "replaced"
    CONSEQUENCE = "consequence"


_ROLE = (
    r"(?:chu tich|pho chu tich|bi thu|truong (?:ban|phong|khu|thon|doan|bo phan)|to truong|giam doc|chanh van phong|"
    r"nguoi dung dau|thu truong|doi truong|hieu truong)"
)
_MONEY = r"(?:kinh phi|ngan sach|le phi|chi phi|du toan|khoan chi|tien|phi|quy)"

_WHOM = r"(?:ai|dau|(?:co quan|cap|phong|bo phan|don vi|noi|cho|to chuc|ban|nguoi) nao)(?!\w)"
_NOT_IN_PAPERS = "".join(
    f"(?<!{words} )" for words in "neu|quy dinh|ghi|noi|viet|lay|tien|dung|luu|muc tieu|yeu cau".split("|")
)
"""Not "nêu ở đâu", which asks where in a paper, nor "tiền ở đâu", which asks for its source."""
_TURNS_TO = r"gui|nop|khieu nai|kien nghi|to cao|keu|phan anh|xin|dang ky|lien he"

_WHO = r"(?:ai|(?:co quan|cap|phong|bo phan|don vi|to chuc|ban|nguoi|dong chi)(?: chuyen mon)? nao)(?!\w)"
_DEEDS: tuple[tuple[str, str], ...] = (
    ("(?:phe )?duyet|tham dinh|phe chuan", "duyet|phe chuan|tham tra|tham dinh|cong nhan|thong qua|kinh gui"),
    ("bo nhiem|bau|chi dinh|mien nhiem|bai nhiem", "bo nhiem|bau|chi dinh|mien nhiem|bai nhiem|cong nhan"),
    ("bai bo|giai tan|dinh chi|huy bo", "bai bo|giai tan|dinh chi|huy bo"),
    (
        "quan ly|quan tri|van hanh|phu trach|trong coi|giu chia khoa",
        "quan ly|quan tri|van hanh|phu trach|thuong truc|giao|trach nhiem|chu tri",
    ),
    ("bien tap|viet bai|dang bai|soan", "bien tap|viet|soan|xay dung|du thao|tham muu"),
    ("cham|xep loai|lam giam khao", "cham diem|danh gia|xep loai|xem xet"),
    ("chu tri|chu toa|dieu khien", "chu tri|chu toa|dieu khien|to chuc|trieu tap"),
    ("di thay|hop thay|thay mat", "thay|uy quyen|dai dien"),
    ("ky (?:giay|bang|don|phieu|bien ban)", "ky ten|chu ky|ky (?:giay|bang|don|phieu|bien ban)"),
    ("(?:duoc )?cu lam", "cu|phan cong"),
    ("lam (?:co quan )?(?:thuong truc|dau moi)", "co quan thuong truc|dau moi|tong hop"),
)
"""What somebody does who is asked after, and the words of a clause that says who does it."""

_FACTS: tuple[tuple[Fact, tuple[str, ...]], ...] = (
    (
        Fact.SIGNER,
        (
            "ai (?:la nguoi )?ky(?! (?:giay|bang|don|phieu|bien ban|hop dong|thay))",
            "nguoi ky",
            "ky boi ai",
            "do ai ky",
            "ai dung ten ky",
            "chu ky cua ai",
        ),
    ),
    (
        Fact.FORCE,
        (
            "hieu luc (?:tu|khi|bao gio|ke tu|luc|ngay|chua)",
            "(?:khi nao|bao gio|luc nao|tu ngay nao) (?:thi )?(?:co )?hieu luc",
            "co hieu luc",
            "(?:khi nao|bao gio|luc nao|ngay nao).{0,30}thong qua",
            "thong qua (?:ngay|khi|luc|bao gio|vao)",
            "ngay thong qua",
            "ap dung tu (?:khi|ngay|luc|bao)",
        ),
    ),
    (
        Fact.BASIS,
        (
            "(?:can cu|dua (?:vao|tren)|co so phap ly).{0,40}(?:luat|nghi dinh|van ban|nao|gi|dau)",
            "phan can cu",
            "can cu (?:phap ly|ban hanh)",
        ),
    ),
    (
        Fact.FORM,
        (
            "(?:mau|bieu mau|mau bieu|phu luc|bieu)(?: \\w+){0,3} (?:so may|so bao nhieu|nao|gi)",
            "mau (?:don|phieu|bao cao|bien ban)(?: \\w+){0,10} (?:o dau|dau|the nao|ra sao)",
        ),
    ),
    (
        Fact.ISSUED,
        (
            "ban hanh (?:vao |tu )?(?:ngay|khi|luc|nam|thang) (?:nao|may)",
            "ngay ban hanh|so hieu|(?:mang )?so (?:may|bao nhieu)(?! (?:ngay|nguoi|tien|ban))",
        ),
    ),
    (
        Fact.CONTACT,
        (
            "(?:so )?dien thoai(?: \\w+){0,6} (?:so|la|bao nhieu|nao|may)",
            "so (?:dien thoai|di dong|hotline|zalo)|dien thoai so|hotline|duong day nong",
            "so may (?:ban|dien thoai|cua (?:ong|ba|can bo|chu tich))",
            "goi (?:dien )?(?:vao |den |cho )?so (?:nao|may|gi)",
            "dia chi (?:nha|tru so|email|cu the|o dau|la gi|nao|thu|web|trang|mail)",
            "(?:e?mail|hom thu|thu dien tu|zalo|facebook|fanpage|website|trang web|cong thong tin|duong link|link|"
            "ten mien|ma qr|app)(?: \\w+){0,9} (?:dia chi|la gi|la bao nhieu|ten gi|ten la)",
            "(?:zalo|facebook|fanpage|website|trang web|app) nao$",
            "email cua|duong link|ten mien|o (?:duong|pho|so|so nha) nao",
            "(?:phong|tang|nha|ban|cua|duong|ngo) so may|tang may|(?:phong|tang) may",
        ),
    ),
    (
        Fact.NAME,
        (
            f"(?:ho )?ten (?:cua )?(?:nguoi|ong|ba|can bo|dong chi|{_ROLE})",
            f"ai (?:dang )?(?:la|lam|giu chuc) {_ROLE}",
            "ten (?:la )?gi(?! (?:ve|trong))|ho va ten|ho ten|neu ten",
            "(?:dong chi|ong|ba)(?: \\w+){0,6} nao|(?:ong hay ba|ong ba) nao",
            f"{_ROLE}(?: \\w+){{0,8}} la ai",
            f"{_ROLE}(?: \\w+){{0,6}} (?:la |ten )?(?:ong|ba|dong chi) nao",
            "(?:ong|ba) nao",
        ),
    ),
    (
        Fact.CHOSEN,
        (
            "(?:khu pho|phuong|xa|truong|don vi|co quan|thon|to dan pho|doanh nghiep|cong ty|mo hinh|ca nhan|tap the|"
            "noi) nao (?:da |dang |se )?(?:duoc )?(?:chon|dat|dung dau|lam diem|thi diem|xuat sac|tot nhat|"
            "kem nhat|nhan bang|lam tot nhat|bi phe binh|bi nhac|cham nhat|bi neu ten|cung cap|dau tien)",
            "(?:khu pho|phuong|xa|truong|don vi|co quan|thon|doanh nghiep|cong ty|cty) nao(?: \\w+){0,6} "
            "(?:duoc|dc|bi) (?:\\w+ )?(?:chon|lam diem|neu ten|phe binh|thi diem|khen)",
            "(?:phuong|xa|truong hoc|khu pho|thon) nao (?:trong|thuoc) ",
            "(?:cung cap|xin|cho xem|co) danh sach(?! nhan)|(?:cong ty|cty|don vi) nao (?:lam|cung cap|thue|trung)",
            "ai (?:da |vua |moi )?(?:duoc|bi) (?:khen|thuong|ky luat|chon|bau|phe binh)(?: \\w+){0,10} nam 20",
        ),
    ),
    (
        Fact.SHARE,
        (
            "(?:bao nhieu|may|bn) ?(?:phan tram|%)",
            "t[yi] le (?:la |dat )?(?:bao nhieu|may)",
            "phan tram.{0,60} bao nhieu",
            "(?:dat|chiem|tu) (?:bao nhieu|may) phan",
            "(?:chiem|dat) bao nhieu(?! \\w)",
        ),
    ),
    (
        Fact.SUM,
        (
            "(?:bao nhieu|may) (?:tien|dong|trieu|ty|nghin|ngan|tram nghin|k)(?!\\w)",
            "(?:phat|luong|thuong|ho tro|phu cap|boi duong|nop|het|ton) (?:bao nhieu|may)"
            "(?! (?:ngay|nguoi|lan|diem|phieu|thang|nam|cuoc|buoi|gio|ban|bo|nha|ho)(?!\\w))",
            "(?:duoc |phai )?chi bao nhieu",
            "muc (?:tien |phat |chi |thuong |luong |ho tro |phu cap |dong gop |thu )+(?:la )?bao nhieu",
            "(?:luong|phu cap|thu lao|le phi).{0,60}bao nhieu(?! (?:ngay|nguoi|lan|phan|%))",
            f"{_MONEY}(?: \\w+){{0,10}} bao nhieu(?=$| (?:tien|dong|trieu|ty|mot|moi|1|cho|thi|vay|a|z|v)(?!\\w))",
            r"bao nhieu.{0,20}(?:mot|1|/)\s?(?:thang|nguoi|lan)",
            f"(?:bao nhieu|may) {_MONEY}",
            "(?:tru|giam) (?:luong|thuong)",
        ),
    ),
    (
        Fact.PERIOD,
        (
            "(?:bao lau|(?:may|bao nhieu) (?:thang|nam|quy|tuan|ngay)).{0,60}(?:mot|1) lan",
            "(?:bao nhieu|may) lan",
            "(?:bao nhieu|may) (?:cuoc|buoi|ky)(?: \\w+){0,3} (?:mot |moi |1 |hang |trong )?(?:nam|thang|quy|tuan)",
        ),
    ),
    (
        Fact.DAYS,
        (
            "(?:bao nhieu|may|trong vong may|trong may) (?:ngay|tieng|tuan|thang|nam|phut|hom)(?! nao)",
            "(?:bao nhieu|trong vong may|trong may) gio",
            "(?:trong )?bao lau",
        ),
    ),
    (
        Fact.YEAR,
        (
            "(?:den|tu|truoc|trong|vao) nam nao",
            "het hieu luc (?:ngay|khi|luc|tu|vao)",
        ),
    ),
    (
        Fact.PAPERS,
        (
            "(?:nop|can|kem|chuan bi|mang|xin) (?:\\w+ ){0,3}(?:giay to|ho so|chung chi|bang cap|don) "
            "(?:gi|nao|nhung gi)",
            "(?:giay to|chung chi|bang cap) (?:gi|nao)|ho so (?:gom|co) (?:nhung )?gi",
        ),
    ),
    (
        Fact.SANCTION,
        (
            "phat (?:tien )?(?:\\w+ ){0,4}(?:muc nao|bao nhieu|the nao|ra sao|ntn)",
            "(?:khien trach|canh cao|cach chuc|buoc thoi viec|ha bac)",
            "muc (?:xu )?phat",
            "boi thuong (?:ra sao|the nao|bao nhieu)",
        ),
    ),
    (Fact.HOUR, ("may gio|gio nao|gio lam viec",)),
    (Fact.MEMBERS, ("gom (?:co )?(?:nhung |cac )?(?:ai|thanh vien nao|thanh phan nao)",)),
    (
        Fact.DATE,
        (
            "ngay nao|ngay bn|thang may|thang nao|ngay may|quy may|quy nao|truoc ngay|han nop|han chot|han cuoi|"
            "cham nhat la",
            "(?<!hop )thu may|lich tiep",
        ),
    ),
    (Fact.DOER, (rf"{_WHO}(?: \w+){{0,6}} (?:{'|'.join(deed for deed, _ in _DEEDS)})(?!\w)",)),
    (
        Fact.RECIPIENT,
        (
            f"(?:{_TURNS_TO})(?: \\w+){{0,5}} (?:len|voi|cho|toi|den|ve|tai|o|qua) {_WHOM}",
            f"(?:khieu nai|kien nghi|to cao|keu|(?<!khong )(?<!chua )hoi|lien he) {_WHOM}",
        ),
    ),
    (
        Fact.PROCEDURE,
        (
            "(?:thu tuc|trinh tu|quy trinh|(?<!o )buoc) (?:nao|gi|the nao|ra sao)",
            "(?:thu tuc|trinh tu|quy trinh) (?!hanh chinh)(?:\\w+ ){0,10}(?:the nao|ra sao|gom (?:nhung )?gi)",
            "(?:may|nhung|cac) buoc",
            "(?:bo phieu|bieu quyet) (?:kieu|cach|the nao|ra sao|bang cach)",
        ),
    ),
    (
        Fact.EXCEPTION,
        (
            "truong hop nao(?: \\w+){0,12} (?:khong \\w|mien|ngoai le)",
            "(?:khi|luc) nao(?: \\w+){0,12} (?:khong (?:phai|can|duoc|bi)|mien|ngoai le)",
            "ngoai le|(?:thong tin|noi dung|viec|gi)(?: \\w+){0,3} (?:khong phai|khong can|duoc mien) ",
        ),
    ),
    (
        Fact.PLACE,
        (
            f"{_NOT_IN_PAPERS}(?:o|tai) (?:dau|cho nao|noi nao)(?! ra)(?!\\w)",
            "(?<!thoi )dia diem nao|dat dau|(?:o|tren) kenh nao",
        ),
    ),
    (
        Fact.REPLACED,
        ("thay (?:the|cho) (?:\\w+ ){0,2}(?:van ban|nghi quyet|ke hoach|quyet dinh|quy che) (?:nao|gi|so may)",),
    ),
    (
        Fact.CONSEQUENCE,
        (
            "(?<!thiet )(?<!chuan )(?<!trang )bi (?:xu ly|xu phat|xu|ky luat|phe binh|neu ten|nhac nho|phat|lam sao|gi|"
            "sao)(?!\\w)(?! \\w+ khong)",
        ),
    ),
    (Fact.WHEN, ("khi nao(?! thi)|luc nao|bao gio",)),
    (
        Fact.COUNT,
        (
            "(?:bao nhieu|(?<!thu )(?<!khoa )(?<!so )(?<!dieu )(?<!khoan )(?<!lop )(?<!muc )may) "
            "(?!(?:la|thi|cung|nua|do|nay|nao|va|trong|o|cho|de|so|roi|a|vay|nhi|ma|khi|cac|nhung|z|v)\\b)\\w+",
        ),
    ),
)
_PATTERNS = [(fact, re.compile(rf"(?<!\w)(?:{'|'.join(words)})")) for fact, words in _FACTS]

_NOUNS: tuple[tuple[Fact, str], ...] = (
    (Fact.SHARE, "t[yi] le"),
    (Fact.SUM, "muc (?:tien |tien phat|phat|chi|khen thuong|thuong|luong|ho tro|phu cap|dong gop|kinh phi|thu)"),
    (Fact.SUM, "dinh muc|kinh phi du kien|tong muc dau tu"),
    (Fact.SUM, "(?:luong|phu cap|thu lao|tien thuong) (?:cua|cho|hang thang|moi thang)|le phi|hoc phi"),
    (Fact.DAYS, "thoi han"),
    (Fact.PERIOD, "chu ky"),
    (Fact.COUNT, "toc do|dung luong|dien tich|so luong|so doan|so lop"),
    (Fact.WHEN, "dinh ky"),
    (Fact.AGE, "tuoi (?:toi da|toi thieu)|do tuoi"),
    (Fact.DATE, "thoi diem|thoi gian du kien|an dinh vao luc"),
    (Fact.CONTACT, "so tai khoan|so fax|ma so thue|duong dan"),
)
"""Nouns for a fact; they ask for it where nothing else is asked ("chủ trương gì về mức chi" asks for no sum)."""
_NOUN_PATTERNS = [(fact, re.compile(rf"(?<!\w)(?:{noun})")) for fact, noun in _NOUNS]
OTHER_ASKED = re.compile(r"(?<!la )(?<!\w)(?:gi|nao|ai|dau)(?!\w)|(?<!\w)co(?!\w).*(?<!\w)(?:khong|chua)(?!\w)")
"""Another thing that a question asks for than the fact of a noun; not "thế nào", "là gì"."""
_SEVERAL = re.compile(
    r"(?<!\w)mấy (?:(?:\w+ ){1,2}(?:này|đó|ấy|kia)|ông|bà|bác|cô|chú|anh|chị|cái|việc|chuyện|vụ|thứ|chỗ)(?!\w)",
    re.IGNORECASE,
)
""" "Mấy lớp này": several, not how many."""
_OF_ANOTHER_PAPER = re.compile(r"(?<!\w)(?:theo|vien dan|dan chieu|can cu|thuc hien|luat)(?!\w)")
_RULES = re.compile(r"(?<!\w)(?:quy che|huong uoc|quy uoc)(?!\w)")

_MACHINE = re.compile(r"(?<!\w)máy(?!\w)", re.IGNORECASE)
"""A machine; without its accent it is the "mấy" of "how many"."""
_HEAD = re.compile(r"(?<!\w)đầu(?!\w)", re.IGNORECASE)
"""A head or a beginning; without its accent it is the "đâu" of "where"."""
_GIVEN = re.compile(r"(?<!\w)đưa(?!\w)", re.IGNORECASE)
"""To give or put; without its accents it is the "dựa" of "on what basis"."""
_MARKS = re.compile(r"[?!/().]")
_JOINTS = re.compile(r"[,;:]|(?<!\w)va(?!\w)")
"""Where one thing asked ends and another may begin."""
_UNIT = re.compile(r"(?<!\w)(?:bao nhieu|may) (\w+(?: (?:vien|phan|bieu|hinh|che|so|ky|tinh|bo|vi|quan|pho))?)")
_DONE = re.compile(rf"(?<!\w){_WHO}(?: \w+){{0,6}}? ({'|'.join(deed for deed, _ in _DEEDS)})(?!\w)")
_PERSONS = r"nguoi|thanh vien|uy vien|dai bieu|can bo|cu tri|ho|nha|phieu"
"""Units that stand for each other, and of which a clause may state a part ("hai phần ba số cử tri")."""
_NUMERAL = r"(?:\d+|mot|hai|ba|bon|nam|sau|bay|tam|chin|muoi)"
_DAY = r"\d{1,2}/\d{1,2}|ngay\s+\d|thang\s+\d"
_NEVER = r"(?!)"

STATED: dict[Fact, re.Pattern[str]] = {
    Fact.SHARE: re.compile(r"\d\s*%|phan tram"),
    Fact.SUM: re.compile(r"\d[\d.,]*\s*(?:dong|trieu|ty)\b|muc luong co so"),
    # "02 (hai) ngày làm việc"; not "tháng 6 năm 2025".
    Fact.DAYS: re.compile(
        r"\d+\s*(?:\([^)]{1,20}\)\s*)?(?:(?:ngay|gio|tuan)\b|(?:thang|nam)\b(?!\s*\d))|nam\s+mot\s+lan"
    ),
    Fact.DATE: re.compile(_DAY),
    Fact.AGE: re.compile(r"\d+\s*tuoi"),
    Fact.PAPERS: re.compile(r"giay to|ho so (?:\w+ ){0,6}(?:bao )?gom|chung chi|bang cap|van bang"),
    Fact.SANCTION: re.compile(r"phat (?:tien|tu|canh cao)|khien trach|canh cao|cach chuc|boi thuong|\d\s*dong"),
    Fact.YEAR: re.compile(r"(?:den|tu|truoc|het) (?:het )?nam 20\d\d|het hieu luc"),
    Fact.WHEN: re.compile(
        rf"{_DAY}|\d+\s*(?:thang|ngay|nam)\b|h[aà]ng (?:nam|quy|thang|ngay)|dinh ky|thuong xuyen|moi nam|sau khi|"
        r"truoc khi|den khi|kip thoi"
    ),
    Fact.CONTACT: re.compile(r"\d{3,4}[ .]?\d{3}[ .]?\d{3}|@|www|\.vn\b"),
    Fact.NAME: re.compile(r"chu tich\n"),
    Fact.CHOSEN: re.compile(_NEVER),
    Fact.REPLACED: re.compile("thay the|bai bo|het hieu luc"),
    Fact.CONSEQUENCE: re.compile(
        r"xu ly|ky luat|phe binh|(?<!\w)phat(?! huy| trien| hien| dong| thanh| tin)|nghiem cam|dieu chuyen|boi thuong|"
        r"trach nhiem hinh su|huy bo|dinh chi|chan chinh"
    ),
    Fact.PLACE: re.compile(
        r"(?<!\w)(?:tai|o) (?:tru so|bo phan|nha van hoa|noi|diem|dia diem|phong)(?!\w)|tren (?:cong|trang|he thong)|"
        r"niem yet"
    ),
    Fact.RECIPIENT: re.compile(
        r"(?<!noi )(?:gui|phan anh|bao cao|kien nghi|trinh|nop)(?: \w+){0,4} (?:ve|den|toi|cho|voi|qua|hoi dong|uy ban|"
        r"hdnd|ubnd|ban chi dao)(?!\w)|qua (?:phong|hom thu|hop thu)|(?:hom|hop) thu|tiep nhan|kinh gui"
    ),
    Fact.PROCEDURE: re.compile(r"trinh tu|cac buoc|quy trinh|bo phieu|bieu quyet|gio tay"),
    Fact.EXCEPTION: re.compile(r"(?<!\w)tru(?!\w)|khong (?:phai|can|thuoc|ap dung|duoc)|(?<!\w)mien(?!\w)"),
    Fact.HOUR: re.compile(r"\d{1,2}\s*(?:gio|h)\b|\d{1,2}h\d{2}"),
    Fact.MEMBERS: re.compile(r"(?<!\w)gom(?!\w)|thanh phan|thanh vien|uy vien"),
    Fact.FORM: re.compile(r"mau so|bieu mau|phu luc|theo mau|mau kem"),
    Fact.PERIOD: re.compile(
        r"(?:hang|moi) (?:nam|quy|thang|tuan|ngay)|dinh ky|\d+\s*(?:lan|thang|nam)\b|(?:mot|hai) lan"
    ),
    Fact.COUNT: re.compile(
        r"\d+\s*(?:nguoi|thanh vien|ho|uy vien|dai bieu|cuoc|lan|buoi|thang|diem|mo hinh|tuoi|phieu|nhiem ky|trang)\b|"
        r"(?:hang|moi) (?:quy|thang|nam)|\d\s*%\s*(?:so )?(?:ho|cu tri|dai dien)"
    ),
}
"""What a clause must hold, in letters without accents, to state the fact asked for; by itself or in its headings."""


def fact_asked(text: str) -> Fact | None:
    """The kind of fact that a question asks for, or None."""
    folded = _plain(_SEVERAL.sub(" ", text))
    for fact, pattern in _PATTERNS:
        match = pattern.search(folded)
        if match and not _is_of_something_else(fact, folded, match):
            return fact
    for fact, pattern in _NOUN_PATTERNS:
        match = pattern.search(folded)
        # What follows the noun at once belongs to it: "mức phạt nào".
        if match and not OTHER_ASKED.search(folded[: match.start()] + " " + folded[match.end() + 12 :]):
            return fact
    return None


def unit_asked(text: str) -> str | None:
    """What is counted where a question asks for a number of it, or done where it asks who does it; or None."""
    folded = _plain(text)
    match = _UNIT.search(folded) or _DONE.search(folded)
    return match[1] if match else None


def _plain(text: str) -> str:
    """A question's letters without accents; words that would then look like what a question asks with are gone."""
    return _letters(fold(_GIVEN.sub("chuyển", _HEAD.sub("trước", _MACHINE.sub("thiết bị", text)))))


def _letters(folded: str) -> str:
    return " ".join(_MARKS.sub(" ", _JOINTS.sub(" | ", folded)).split())


def _is_of_something_else(fact: Fact, folded: str, match: re.Match[str]) -> bool:
    """Whether a pattern does not mean the fact: "mấy" for several, the number or bases of another paper."""
    if match[0].startswith("may ") and fact in (Fact.COUNT, Fact.SUM, Fact.DAYS, Fact.DATE):
        # A second question in the same breath ("mấy ngày và học ở đâu") takes nothing from the first.
        before, after = folded[: match.start()].split("|")[-1], folded[match.end() :].split("|")[0]
        return bool(OTHER_ASKED.search(f"{before} | {after}"))
    if fact is Fact.ISSUED:
        return bool(_OF_ANOTHER_PAPER.search(folded[max(0, match.start() - 40) : match.start()]))
    return fact is Fact.BASIS and bool(_RULES.search(folded))


_ABOUT = re.compile(
    r"(?<!\w)(?:ngân sách|lương|phụ cấp|phạt|lệ phí|nhiệm kỳ|học phí|thù lao|tuổi|phiếu)(?!\w)", re.IGNORECASE
)
"""What a number is a number of; a clause that has no such word states another number."""
_NUMBERS = frozenset((Fact.SHARE, Fact.SUM, Fact.DAYS, Fact.COUNT, Fact.PERIOD, Fact.AGE))


def subjects_asked(text: str) -> tuple[str, ...]:
    """What the number is of that a question asks for, where that can be told: "ngan sach", "luong"."""
    return tuple(dict.fromkeys(fold(subject) for subject in _ABOUT.findall(text)))


def states(fact: Fact, words: str, unit: str | None = None, subjects: tuple[str, ...] = ()) -> bool:
    """Whether a clause states a fact of the kind asked for.

    Args:
        fact: the kind.
        words: the clause.
        unit: of a count, what is counted; of a doer, what is done.
        subjects: of a number, what it is of; the clause must have all of these words.
    """
    folded = fold(words)
    if fact is Fact.DOER:
        said = "|".join(said for deed, said in _DEEDS if unit and re.fullmatch(deed, unit))
        return bool(re.search(rf"(?<!\w)(?:{said})(?!\w)", folded))
    pattern = STATED.get(fact)
    if pattern is None:
        return True
    if fact in _NUMBERS and any(subject not in folded for subject in subjects):
        return False
    if fact is Fact.COUNT and unit:
        units = _PERSONS if re.fullmatch(_PERSONS, unit) else re.escape(unit)
        counted = rf"(?<!\w){_NUMERAL} (?:\([^)]{{1,20}}\) )?(?:\w+ )?(?:{units})(?!\w)"
        part = r"|\d\s*%|phan (?:hai|ba|tram)|qua nua|qua ban" if units == _PERSONS else ""
        return bool(re.search(counted + part, " ".join(folded.split())))
    return bool(pattern.search(folded))
