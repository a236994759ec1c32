"""The JSON API as OpenAPI documents it, in Vietnamese for whoever builds on it.

The models describe; they do not judge. What is read forgives more than they say (`ask_line.py`), and faults are told
in one Vietnamese sentence instead of FastAPI's own list.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal, TypedDict

from pydantic import BaseModel, ConfigDict, Field

from bot import messages
from bot.web.body import MAX_BODY_BYTES
from corpus.document import Kind
from corpus.validity import Force
from retrieval.answer import MAX_QUOTES, Found, Reason, Status


class Ask(BaseModel):
    """Một câu hỏi."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"id": "c001", "question": "Báo cáo 6 tháng ở Ngô Quyền nộp lúc nào?", "on": "2025-03-01"}]
        }
    )

    question: Annotated[str, Field(description="Câu hỏi bằng tiếng Việt, có dấu hay không dấu, nhiều nhất 2.000 chữ.")]
    id: Annotated[str | int | None, Field(description="Mã riêng của bên gọi, được trả lại nguyên vẹn.")] = None
    previous: Annotated[
        str | list[str] | None,
        Field(description="Các câu hỏi trước đó, cũ trước mới sau, để hiểu câu nối tiếp."),
    ] = None
    place: Annotated[str | None, Field(description="Nơi người hỏi ở, ví dụ “Phường Thạch Khôi”.")] = None
    on: Annotated[dt.date | None, Field(description="Ngày xét hiệu lực (YYYY-MM-DD); mặc định là hôm nay.")] = None


class Rate(BaseModel):
    """Một góp ý: câu trả lời có đúng điều được hỏi không."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"record_id": "01K9Z3W8F6N5", "helpful": True}]},
    )

    record_id: Annotated[str, Field(description="Mã câu trả lời, lấy từ POST /api/ask.", min_length=1, max_length=200)]
    helpful: Annotated[bool, Field(description="true: đúng điều tôi hỏi; false: không đúng.")]


class AskedPlace(BaseModel):
    """Nơi được hỏi."""

    name: Annotated[str, Field(description="Tên hiện nay.")]
    province: Annotated[str, Field(description="Tỉnh, thành phố.")]
    former: Annotated[str | None, Field(description="Tên trước khi sắp xếp năm 2025.")]


class LeadIn(BaseModel):
    """Câu dẫn."""

    text: Annotated[str, Field(description="Lời của khoản, điều chứa trích dẫn, nguyên văn.")]
    start: Annotated[int, Field(description="Chỗ bắt đầu trong tệp nguồn, tính bằng ký tự.")]
    end: Annotated[int, Field(description="Chỗ kết thúc.")]


class Rest(BaseModel):
    """Phần chưa trích hết."""

    from_: Annotated[str, Field(alias="from", description="Điều khoản tiếp theo.")]
    provisions: Annotated[int, Field(description="Còn bao nhiêu mục.")]
    url: Annotated[str, Field(description="Trang đọc tiếp.")]


class Source(BaseModel):
    """Bản nguồn của trích dẫn."""

    file: Annotated[str, Field(description="Tệp nguồn.")]
    sha256: Annotated[str, Field(description="SHA-256 của tệp nguồn.")]
    start: Annotated[int, Field(description="Chỗ bắt đầu trong tệp, tính bằng ký tự của bản UTF-8.")]
    end: Annotated[int, Field(description="Chỗ kết thúc.")]


class QuotedDocument(BaseModel):
    """Văn bản được trích; trường nào bản nguồn không ghi thì là null."""

    id: Annotated[str, Field(description="Mã văn bản, dùng trong /van-ban/{id}.")]
    kind: Annotated[Kind, Field(description="Loại văn bản.")]
    number: Annotated[str | None, Field(description="Số, ký hiệu.")]
    title: Annotated[str | None, Field(description="Tên, trích yếu.")]
    issuer: Annotated[str | None, Field(description="Cơ quan ban hành.")]
    issued: Annotated[dt.date | None, Field(description="Ngày ban hành.")]
    effective: Annotated[dt.date | None, Field(description="Ngày có hiệu lực.")]


class QuoteValidity(BaseModel):
    """Hiệu lực vào ngày được hỏi."""

    status: Annotated[Force, Field(description="Văn bản có hiệu lực hay không.")]
    note: Annotated[str, Field(description="Một câu nói rõ vì sao.")]


class AnswerQuote(BaseModel):
    """Một điều khoản, nguyên văn từng chữ."""

    code: Annotated[str, Field(description="Mã kiểm tra; tra tại /kiem-tra/{code}.")]
    text: Annotated[str, Field(description="Nguyên văn, nhiều nhất 2.000 ký tự.")]
    lead_in: Annotated[list[LeadIn], Field(description="Câu dẫn của các cấp trên, ngoài trước trong sau.")]
    citation: Annotated[str, Field(description="Tên đầy đủ của điều khoản.")]
    path: Annotated[str, Field(description="Điều khoản trong văn bản, dùng trong /van-ban/{id}/{path}.")]
    rest: Annotated[Rest | None, Field(description="Phần còn lại, nếu điều khoản quá dài.")]
    document: Annotated[QuotedDocument, Field(description="Văn bản.")]
    validity: Annotated[QuoteValidity, Field(description="Hiệu lực.")]
    source: Annotated[Source, Field(description="Bản nguồn.")]
    score: Annotated[float, Field(description="Mức khớp với câu hỏi, từ 0 đến 1.")]


class ComparedPlace(BaseModel):
    """Một nơi được so sánh."""

    place: Annotated[str, Field(description="Tên nơi; đúng như người hỏi gõ nếu chưa có văn bản nào của nơi ấy.")]
    found: Annotated[
        Found,
        Field(
            description="found: có điều khoản; near: chỉ có điều khoản gần nhất; nothing: không thấy điều khoản nào; "
            "not_held: chưa có văn bản nào của nơi ấy; not_shown: không đủ chỗ để nêu."
        ),
    ]
    quotes: Annotated[list[int], Field(description="Thứ tự các trích dẫn của nơi ấy trong quotes, tính từ 0.")]
    documents: Annotated[list[str], Field(description="Mã các văn bản đã tìm cho nơi ấy.")]


class SearchedCorpus(BaseModel):
    """Đã tìm trong những gì."""

    documents: Annotated[int, Field(description="Số văn bản.")]
    provisions: Annotated[int, Field(description="Số điều khoản.")]
    corpus_version: Annotated[str, Field(description="Phiên bản của kho văn bản.")]


class AskAnswer(BaseModel):
    """Câu trả lời. Có thể có thêm trường khác; bên gọi bỏ qua trường không biết."""

    model_config = ConfigDict(extra="allow")

    id: Annotated[str | int | None, Field(description="Mã của bên gọi.")]
    question: Annotated[str, Field(description="Câu hỏi.")]
    understood: Annotated[str, Field(description="Những từ đã dùng để tìm.")]
    status: Annotated[
        Status,
        Field(description="answered: trích dẫn đầu trả lời câu hỏi; related: chỉ liên quan; unanswered: không có."),
    ]
    reason: Annotated[Reason | None, Field(description="Vì sao không có câu trả lời chắc chắn.")]
    place: Annotated[AskedPlace | None, Field(description="Nơi được hỏi.")]
    on: Annotated[dt.date, Field(description="Ngày xét hiệu lực.")]
    quotes: Annotated[list[AnswerQuote], Field(max_length=MAX_QUOTES, description="Các trích dẫn, đúng nhất đứng đầu.")]
    searched: Annotated[SearchedCorpus, Field(description="Đã tìm trong những gì.")]
    latency_ms: Annotated[float, Field(description="Thời gian tìm, mili giây.")]
    next_question: Annotated[str | None, Field(description="Câu hỏi thứ hai trong tin nhắn, chưa được trả lời.")]
    detail: Annotated[str | None, Field(description="Điều gì không tìm thấy: văn bản, nơi hay điều khoản được nêu.")]
    confidence: Annotated[float | None, Field(description="Mức chắc chắn của trích dẫn đầu, từ 0 đến 1.")]
    record_id: Annotated[str, Field(description="Mã câu trả lời, dùng cho POST /api/rate.")]
    comparison: Annotated[
        list[ComparedPlace] | None,
        Field(description="Chỉ có khi câu hỏi nêu từ hai nơi: từng nơi, theo thứ tự được hỏi."),
    ] = None
    reviewed: Annotated[bool, Field(description="Chỉ có khi người phụ trách đã chọn điều khoản này cho câu hỏi.")] = (
        False
    )
    remarks: Annotated[
        list[str], Field(description="Nơi và ngày đã được hiểu thế nào, mỗi câu một ý; chỉ có khi cần nói.")
    ] = []


class Rated(BaseModel):
    """Góp ý đã được ghi."""

    status: Literal["ok"]
    message: Annotated[str, Field(description="Một câu để cho người hỏi xem.")]


class Failure(BaseModel):
    """Vì sao không làm được."""

    status: Literal["error"]
    error: Annotated[str, Field(description="Một câu tiếng Việt để cho người dùng xem.")]


class Operation(TypedDict):
    """What FastAPI is told of a route besides the code that runs."""

    summary: str
    description: str
    responses: dict[int | str, dict[str, Any]]
    openapi_extra: dict[str, Any]


def _operation(
    summary: str, description: str, body: type[BaseModel], done: type[BaseModel], refusals: dict[int, str]
) -> Operation:
    # Refused requests are not told of by a model that FastAPI checks, so the body's schema is given whole.
    content = {"application/json": {"schema": body.model_json_schema()}}
    refused: dict[int | str, dict[str, Any]] = {
        status: {"model": Failure, "description": said} for status, said in refusals.items()
    }
    return Operation(
        summary=summary,
        description=description,
        responses={200: {"model": done, "description": done.__doc__ or ""}, **refused},
        openapi_extra={"requestBody": {"required": True, "content": content}},
    )


_TOO_LARGE = f"Nội dung quá {MAX_BODY_BYTES // 1024} KB."
_TOO_OFTEN = "Hỏi quá nhanh; đầu trả lời Retry-After cho biết cần chờ bao nhiêu giây."
_FAULT = "Hệ thống trục trặc."

ASK = _operation(
    "Hỏi một câu",
    "Trả lời bằng trích dẫn nguyên văn. Có câu trả lời thì mã là 200, kể cả khi câu trả lời là từ chối.",
    Ask,
    AskAnswer,
    {
        400: "Không phải JSON, thiếu câu hỏi, hoặc một trường sai kiểu.",
        413: _TOO_LARGE,
        429: _TOO_OFTEN,
        500: _FAULT,
        503: messages.WEB_NOT_READY,
    },
)
RATE = _operation(
    "Đánh giá một câu trả lời",
    "Ghi lại câu trả lời có đúng điều được hỏi không.",
    Rate,
    Rated,
    {
        400: "Không phải JSON, hoặc một trường sai kiểu.",
        404: messages.NOT_ON_RECORD,
        413: _TOO_LARGE,
        429: _TOO_OFTEN,
        500: _FAULT,
    },
)
