"""The tree of commands."""

import typer

from imisofts.cli import (
    backup,
    builder,
    demo,
    execute,
    health,
    imports,
    lake,
    metrics,
    people,
    pipeline,
    plans,
    reports,
    settings,
    status,
    up,
)

app = typer.Typer(
    name="imisofts",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
    help=(
        "Agency management on a lakehouse.\n\n"
        "Start with `imisofts up`. Everything lives in one data folder: IMISOFTS_HOME, else the nearest `.imisofts/` "
        "upwards, else beside the project. Every port counts up from IMISOFTS_PORT_BASE (8400).\n\n"
        "Commands use the services that run, else start them and stop what they started. Results go to standard "
        "output, logs and progress to standard error."
    ),
)
app.command("up", rich_help_panel="Run")(up.up)
app.command("stop", rich_help_panel="Run")(up.stop)
app.command("builder", rich_help_panel="Run")(builder.builder)
app.command("demo", rich_help_panel="Run")(demo.demo)
app.command("status", rich_help_panel="Look")(status.status)
app.command("metrics", rich_help_panel="Look")(metrics.metrics)
app.command("health-backtest", rich_help_panel="Look")(health.backtest)
app.command("settings", rich_help_panel="Look")(settings.settings)
app.command("import", cls=imports.ImportCommand, rich_help_panel="Work")(imports.import_file)
app.command("backup", rich_help_panel="Work")(backup.backup)
app.command("restore", rich_help_panel="Work")(backup.restore)
app.add_typer(pipeline.app, name="pipeline", rich_help_panel="Work")
app.add_typer(lake.app, name="lake", rich_help_panel="Work")
app.add_typer(reports.app, name="report", rich_help_panel="Work")
app.add_typer(people.workspaces, name="workspace", rich_help_panel="Work")
app.add_typer(people.users, name="user", rich_help_panel="Work")
app.add_typer(plans.app, name="plan", rich_help_panel="Work")
app.command(
    "exec", rich_help_panel="Work", context_settings={"allow_interspersed_args": False, "ignore_unknown_options": True}
)(execute.execute)
