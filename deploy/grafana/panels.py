"""What the operator's dashboard shows: a row of panels for each concern, a panel for each question.

A panel is its title, unit, what it answers, and its queries with the legend of each.
"""

from dataclasses import dataclass

WORKERS = 'job="$job", role=~"$role"'
RATE = "$__rate_interval"
DUPLICATES = f'sum(rate(vigie_duplicates_total{{job="$job"}}[{RATE}]))'
BODIES = f'sum(rate(vigie_records_in_total{{job="$job", role="decode"}}[{RATE}]))'


@dataclass(frozen=True, slots=True)
class Shown:
    """One panel: queries are pairs of PromQL and legend."""

    title: str
    unit: str
    question: str
    queries: tuple[tuple[str, str], ...]
    stacked: bool = False


def quantiles(metric: str, by: str, legend: str) -> tuple[tuple[str, str], ...]:
    """The median, and what one in twenty and one in a hundred exceed."""
    rate = f"sum by ({by}, le) (rate({metric}_bucket{{{WORKERS}}}[{RATE}]))"
    return tuple((f"histogram_quantile({q}, {rate})", f"p{q * 100:g} {legend}") for q in (0.5, 0.95, 0.99))


ROWS: dict[str, tuple[Shown, ...]] = {
    "Flow": (
        Shown(
            "Records in",
            "cps",
            "How many records does each role read and process a second?",
            ((f"sum by (role) (rate(vigie_records_in_total{{{WORKERS}}}[{RATE}]))", "{{role}}"),),
        ),
        Shown(
            "Records out",
            "cps",
            "How many records does each role send, confirmed, a second?",
            ((f"sum by (role, topic) (rate(vigie_records_out_total{{{WORKERS}}}[{RATE}]))", "{{role}} → {{topic}}"),),
        ),
        Shown(
            "Dead letters by reason",
            "cps",
            "What cannot be decoded, and why? See `vigie dead-letters replay`.",
            ((f'sum by (reason) (rate(vigie_decode_failures_total{{job="$job"}}[{RATE}]))', "{{reason}}"),),
            stacked=True,
        ),
        Shown(
            "Exact re-deliveries dropped",
            "percentunit",
            "Which part of the received bodies came twice?",
            ((f"{DUPLICATES} / {BODIES}", "duplicates"),),
        ),
        Shown(
            "Windows published",
            "cps",
            "How many windows are published a second, at their close or again after a change?",
            ((f'sum by (reason) (rate(vigie_windows_published_total{{job="$job"}}[{RATE}]))', "{{reason}}"),),
        ),
        Shown(
            "Readings that no window took",
            "cps",
            "How many readings come after their window has left the memory, or with an impossible instant?",
            ((f'sum by (why) (rate(vigie_window_readings_unused_total{{job="$job"}}[{RATE}]))', "{{why}}"),),
        ),
    ),
    "Alerts and mails": (
        Shown(
            "Open alerts",
            "short",
            "How many alerts are not over, those that a mark hides included?",
            (('max(vigie_alerts_open{job="$job"})', "open"),),
        ),
        Shown(
            "Alerts for one operator, last 30 days",
            "short",
            "Are there more alerts than a person can answer (ISA-18.2: 6 an hour, 150 a day; none chattering)?",
            (
                (
                    'max by (figure) (vigie_alert_figure{job="$job", figure=~"per_.*|chattering|stale|floods"})',
                    "{{figure}}",
                ),
            ),
        ),
        Shown(
            "Precision of rules",
            "percentunit",
            "Which rules were right, as operators judged them?",
            (('max by (rule) (vigie_alert_precision_ratio{job="$job"})', "{{rule}}"),),
        ),
        Shown(
            "Alert events in the last hour",
            "short",
            "How many alerts begin and end?",
            (
                (
                    'sum by (transition) (increase(vigie_alert_events_total{job="$job"}[1h]))',
                    "{{transition}}",
                ),
            ),
        ),
        Shown(
            "Signals of silence in the last hour",
            "short",
            "How many devices fall silent (true) and come back (false)?",
            (('sum by (silent) (increase(vigie_silence_signals_total{job="$job"}[1h]))', "silent {{silent}}"),),
        ),
        Shown(
            "Mails in the last hour",
            "short",
            "How many mails has the mail server taken, and how many refused?",
            (('sum by (outcome) (increase(vigie_mails_total{job="$job"}[1h]))', "{{outcome}}"),),
        ),
        Shown(
            "Mails that wait",
            "short",
            "Does the mail server take mails? Is one set at all (1)?",
            (
                ('max(vigie_outbox_waiting{job="$job"})', "waiting"),
                ('max(vigie_mail_configured{job="$job"})', "mail server set"),
            ),
        ),
    ),
    "Fleet and its history": (
        Shown(
            "Repairs and changes that wait",
            "short",
            "Is history still being repaired after a correction? Is a change of the fleet not published yet?",
            (
                ('max(vigie_repairs_waiting{job="$job"})', "repairs"),
                ('max(vigie_fleet_outbox_waiting{job="$job"})', "changes not published"),
            ),
        ),
        Shown(
            "Uplinks handed on again",
            "cps",
            "How many stored uplinks a second are placed and qualified again?",
            ((f'sum(rate(vigie_repair_uplinks_total{{job="$job"}}[{RATE}]))', "uplinks"),),
        ),
        Shown(
            "Active recompute",
            "short",
            "Does one, and one only, publish the fleet and repair history?",
            (('sum(vigie_recompute_active{job="$job"})', "active"),),
        ),
    ),
    "Delay": (
        Shown(
            "From arrival to the end of a role",
            "s",
            "How old is an uplink when a role has done its work? For `store`, when it can be asked for.",
            quantiles("vigie_delay_seconds", "role", "{{role}}"),
        ),
        Shown(
            "Lag in seconds",
            "s",
            "How old is the oldest record that a role has not processed?",
            ((f"max by (role, topic) (vigie_consumer_lag_seconds{{{WORKERS}}})", "{{role}} {{topic}}"),),
        ),
        Shown(
            "Lag in records",
            "short",
            "How many records has a role still to process?",
            ((f"sum by (role, topic) (vigie_consumer_lag_records{{{WORKERS}}})", "{{role}} {{topic}}"),),
        ),
        Shown(
            "Checkpoints",
            "s",
            "How long from a snapshot of the state to the committed offsets?",
            quantiles("vigie_checkpoint_seconds", "role", "{{role}}"),
        ),
    ),
    "Work": (
        Shown(
            "Time of a step for one batch",
            "s",
            "Which step takes the processor?",
            quantiles("vigie_step_seconds", "role, step", "{{role}} {{step}}"),
        ),
        Shown(
            "Records per batch",
            "short",
            "Large batches are cheap; batches of one mean little traffic or many partitions.",
            quantiles("vigie_batch_records", "role", "{{role}}"),
        ),
        Shown(
            "Processor",
            "percentunit",
            "How much of one core does each worker use?",
            ((f"rate(process_cpu_seconds_total{{{WORKERS}}}[{RATE}])", "{{role}} {{instance}}"),),
        ),
        Shown(
            "Memory",
            "bytes",
            "Resident memory of each worker.",
            ((f"process_resident_memory_bytes{{{WORKERS}}}", "{{role}} {{instance}}"),),
        ),
        Shown(
            "State",
            "bytes",
            "How large is the state of each step, as it is saved?",
            ((f"sum by (role, state) (vigie_state_bytes{{{WORKERS}}})", "{{role}} {{state}}"),),
        ),
        Shown(
            "Keys of the state",
            "short",
            "How many devices, windows or alarms are in memory?",
            ((f"sum by (role, state) (vigie_state_keys{{{WORKERS}}})", "{{role}} {{state}}"),),
        ),
    ),
    "Health": (
        Shown(
            "Workers that answer",
            "short",
            "How many workers of each role does Prometheus reach?",
            ((f"sum by (role) (up{{{WORKERS}}})", "{{role}}"),),
        ),
        Shown(
            "Partitions owned",
            "short",
            "Does every partition have an owner? Steps show partitions changing hands.",
            ((f"sum by (role) (vigie_owned_partitions{{{WORKERS}}})", "{{role}}"),),
        ),
        Shown(
            "Restarts and rebalances in the last hour",
            "short",
            "Does something die, or come and go?",
            (
                (f"sum by (role) (changes(process_start_time_seconds{{{WORKERS}}}[1h]))", "{{role}} restarts"),
                (f"sum by (role) (increase(vigie_rebalances_total{{{WORKERS}}}[1h]))", "{{role}} rebalances"),
            ),
        ),
        Shown(
            "Records set aside",
            "short",
            "Poison records and records over the limit in the last day: each is a bug or a broken sender.",
            ((f"sum by (role, reason) (increase(vigie_set_aside_total{{{WORKERS}}}[1d]))", "{{role}} {{reason}}"),),
        ),
        Shown(
            "Minute ticks",
            "short",
            "Are silences and windows judged each minute? Blind ticks are minutes without a judgement.",
            (
                (f"sum by (role) (increase(vigie_ticks_applied_total{{{WORKERS}}}[10m]))", "{{role}} applied"),
                (f"sum by (role) (increase(vigie_ticks_blind_total{{{WORKERS}}}[10m]))", "{{role}} blind"),
            ),
        ),
        Shown(
            "Arrival headers ignored",
            "cps",
            "Somebody sends the header vigie-ingested-at to a platform that keeps its own time.",
            ((f'sum(rate(vigie_ignored_arrival_headers_total{{job="$job"}}[{RATE}]))', "ignored"),),
        ),
    ),
    "Pages and registry": (
        Shown(
            "Requests by status",
            "reqps",
            "What do `serve` and `registry` answer?",
            (
                (
                    f"sum by (role, status) (rate(vigie_http_requests_total{{{WORKERS}}}[{RATE}]))",
                    "{{role}} {{status}}",
                ),
            ),
        ),
        Shown(
            "Time of a request",
            "s",
            "How long do `serve` and `registry` take?",
            quantiles("vigie_http_request_seconds", "role", "{{role}}"),
        ),
    ),
}
