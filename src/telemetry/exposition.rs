//! How metrics are written for those who read them.

use std::collections::HashMap;

/// A way of writing metrics.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exposition {
    /// OpenMetrics 1.0, for those who ask for it: Prometheus since 2.5 does.
    OpenMetrics,
    /// Prometheus text 0.0.4, which everybody reads. To those who know nothing else, a kind of metric that is OpenMetrics' own (`info`)
    /// spoils the whole answer.
    Text,
}

impl Exposition {
    /// What to call it in `Content-Type`.
    pub const fn content_type(self) -> &'static str {
        match self {
            Exposition::OpenMetrics => "application/openmetrics-text; version=1.0.0; charset=utf-8",
            Exposition::Text => "text/plain; version=0.0.4; charset=utf-8",
        }
    }
}

/// Metrics in OpenMetrics as text 0.0.4: what differs is how a metric is called where its kind is told, and what is told beside it.
pub(super) fn text(open_metrics: &str) -> String {
    let kind = |line| str::strip_prefix(line, "# TYPE ")?.split_once(' ');
    let kinds: HashMap<&str, &str> = open_metrics.lines().filter_map(kind).collect();
    let line = |line: &str| {
        let Some((what, rest)) = line.strip_prefix("# ").map(|told| told.split_once(' ').unwrap_or((told, ""))) else {
            return Some(line.to_owned());
        };
        let (name, told) = rest.split_once(' ')?;
        let (suffix, kind) = match kinds.get(name).copied()? {
            "counter" => ("_total", "counter"),
            "info" => ("_info", "gauge"),
            "unknown" => ("", "untyped"),
            other => ("", other),
        };
        match what {
            "HELP" => Some(format!("# HELP {name}{suffix} {told}")),
            "TYPE" => Some(format!("# TYPE {name}{suffix} {kind}")),
            _ => None,
        }
    };
    open_metrics.lines().filter_map(line).flat_map(|line| [line, "\n".to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_of_the_names_that_stand_below_and_only_those_that_text_has() {
        let open_metrics = "# HELP a Calls.\n# TYPE a counter\na_total{of=\"# TYPE b info\"} 1\n\
            # HELP b Build.\n# TYPE b info\nb_info{version=\"1\"} 1\n\
            # HELP c_seconds Time.\n# TYPE c_seconds histogram\n# UNIT c_seconds seconds\nc_seconds_sum 0.5\nc_seconds_bucket{le=\"+Inf\"} 1\n\
            # HELP d Now.\n# TYPE d gauge\nd 3\n# HELP e Any.\n# TYPE e unknown\ne 4\n# EOF\n";
        let written = "# HELP a_total Calls.\n# TYPE a_total counter\na_total{of=\"# TYPE b info\"} 1\n\
            # HELP b_info Build.\n# TYPE b_info gauge\nb_info{version=\"1\"} 1\n\
            # HELP c_seconds Time.\n# TYPE c_seconds histogram\nc_seconds_sum 0.5\nc_seconds_bucket{le=\"+Inf\"} 1\n\
            # HELP d Now.\n# TYPE d gauge\nd 3\n# HELP e Any.\n# TYPE e untyped\ne 4\n";
        assert_eq!(text(open_metrics), written);
    }
}
