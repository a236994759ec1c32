"""`danchu answering …`: turning answering off with a notice, on again, and who did so when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli_tools import console, home, login

if TYPE_CHECKING:
    from bot.switch import AnsweringSwitch, Switched

answering_app = typer.Typer(invoke_without_command=True)

By = Annotated[str | None, typer.Option("--by", metavar="TÊN", help="Người thực hiện; mặc định: tên đăng nhập.")]


@answering_app.callback(
    epilog="Ví dụ: `danchu answering`",
    help="Tạm ngừng trả lời kèm thông báo, và trả lời lại. Không ghi lệnh con: xem đang trả lời hay tạm ngừng.",
)
def state(context: typer.Context) -> None:
    """Show how answering stands, where no command is given."""
    if context.invoked_subcommand is None:
        turns = _switch().history()
        if turns:
            _show(turns[-1])
        else:
            console().print("Đang trả lời.")


@answering_app.command(
    epilog='Ví dụ: `danchu answering off --notice "Hệ thống tạm ngừng để cập nhật văn bản, xin quay lại sau 14 giờ."`'
)
def off(
    notice: Annotated[str, typer.Option(help="Điều người hỏi được báo thay cho câu trả lời.")], by: By = None
) -> None:
    """Tạm ngừng trả lời ở mọi kênh; gọi lần nữa để đổi thông báo."""
    _show(_switch().turn_off(notice, by or login()))


@answering_app.command(epilog="Ví dụ: `danchu answering on`")
def on(by: By = None) -> None:
    """Trả lời lại ở mọi kênh."""
    _show(_switch().turn_on(by or login()))


@answering_app.command(epilog="Ví dụ: `danchu answering history`")
def history() -> None:
    """Xem các lần tạm ngừng và trả lời lại, cũ nhất trước."""
    turns = _switch().history()
    for turn in turns:
        _show(turn)
    if not turns:
        console().print("Chưa lần nào tạm ngừng trả lời.")


def _switch() -> AnsweringSwitch:
    from bot.switch import AnsweringSwitch

    return AnsweringSwitch(home())


def _show(turn: Switched) -> None:
    assert turn.since is not None  # it was turned
    line = (
        f"{'Đang' if turn.on else 'Tạm ngừng'} trả lời, từ {turn.since.astimezone():%H:%M ngày %d/%m/%Y}, do {turn.by}."
    )
    console().print(line if turn.on else f"{line} Thông báo: {turn.notice}", markup=False, soft_wrap=True)
