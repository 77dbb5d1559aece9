"""Commands about the place that machines share."""

import click

from flows.cli.options import given_settings, home_options, json_option, wants_json

# What a command needs beyond this is imported inside it, so that one command does not pay for the others.
# ruff: noqa: PLC0415


@click.command("writer")
@home_options
@json_option
@click.option("--take-over", is_flag=True, help="From now on this home writes, and the other one is refused.")
def writer_command(take_over: bool) -> None:
    """Tell which home writes where machines share a place.

    A home that was moved together with its keys goes on by itself. One that was made from an older backup takes the
    place over with --take-over, once the other one is stopped for good; while that is writing it is not possible.
    """
    from flows.cli.screen import remark, show, show_json
    from flows.collecting import zone_of
    from flows.distribution import desk_of
    from warehouse import writers

    settings = given_settings()
    zone, desk = zone_of(settings), desk_of(settings)
    if take_over and (before := writers.take_over(zone, desk)) is not None:
        remark(f"{zone.shown}: taken over from {before}")
    writer = writers.writer_of(zone, desk)
    if wants_json():
        show_json(writer)
    elif writer is None:
        show(f"{zone.shown}: no home writes from this place so far; the first one that does has it.")
    else:
        show(f"{zone.shown}: {writer}. {'That is this home.' if writer.is_ours else 'That is another home.'}")
