"""The operator's dashboard as code: python deploy/grafana/dashboard.py > deploy/grafana/vigie.json.

What it shows stands in panels.py. The tests hold the file beside this one to this code, and execute every query against
a real Prometheus.
"""

import sys
from itertools import count

from grafana_foundation_sdk.builders import common, dashboard, prometheus, timeseries
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.common import LegendDisplayMode, LegendPlacement, TooltipDisplayMode
from grafana_foundation_sdk.models.dashboard import DataSourceRef, VariableRefresh
from panels import ROWS, Shown

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
WIDTH, HEIGHT = 12, 8
"""Two panels a line in Grafana's grid of 24 columns."""


def panel(shown: Shown, number: int) -> timeseries.Panel:
    """A panel of lines over time; its number must be unique."""
    built = (
        timeseries.Panel()
        .id(number)
        .title(shown.title)
        .description(shown.question)
        .datasource(DATASOURCE)
        .unit(shown.unit)
        .min(0)
        .span(WIDTH)
        .height(HEIGHT)
        .fill_opacity(20 if shown.stacked else 0)
        .legend(
            common.VizLegendOptions()
            .display_mode(LegendDisplayMode.TABLE)
            .placement(LegendPlacement.BOTTOM)
            .show_legend(True)
            .calcs(["lastNotNull", "max"])
        )
        .tooltip(common.VizTooltipOptions().mode(TooltipDisplayMode.MULTI))
    )
    for letter, (expression, legend) in zip("ABCDEFGH", shown.queries, strict=False):
        query = prometheus.Dataquery().expr(expression).legend_format(legend).ref_id(letter).datasource(DATASOURCE)
        built = built.with_target(query)
    return built


def variables() -> list[dashboard.DatasourceVariable | dashboard.QueryVariable]:
    """The choices at the head of the page."""
    return [
        dashboard.DatasourceVariable("datasource").label("Prometheus").type("prometheus"),
        dashboard.QueryVariable("job")
        .label("Job")
        .datasource(DATASOURCE)
        .query("label_values(vigie_records_in_total, job)")
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED),
        dashboard.QueryVariable("role")
        .label("Role")
        .datasource(DATASOURCE)
        .query('label_values(up{job="$job"}, role)')
        .refresh(VariableRefresh.ON_TIME_RANGE_CHANGED)
        .multi(True)
        .include_all(True)
        .all_value(".*"),
    ]


def build() -> str:
    """The dashboard as JSON."""
    built = (
        dashboard.Dashboard("Vigie")
        .uid("vigie-operator")
        .description("The stream-processing platform: flow, alerts, delay, work, health, pages.")
        .tags(["vigie"])
        .refresh("30s")
        .time("now-6h", "now")
        .timezone("browser")
        .readonly()
    )
    for variable in variables():
        built = built.with_variable(variable)
    number = count(1)
    for title, panels in ROWS.items():
        built = built.with_row(dashboard.Row(title).id(next(number)))
        for shown in panels:
            built = built.with_panel(panel(shown, next(number)))
    return JSONEncoder(sort_keys=True, indent=1).encode(built.build()) + "\n"


if __name__ == "__main__":
    sys.stdout.write(build())
