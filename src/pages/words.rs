//! Days as they are set: none is broken over two lines. Only what we write ourselves is set so: text of the record brings no markup.

use std::sync::LazyLock;

use maud::{Markup, PreEscaped, Render};
use regex_lite::{Captures, Regex};

/// A day.
static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{4}-\d{2}-\d{2}\b").expect("an expression"));
/// A cell of a card's table that holds days and nothing else.
static CELL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"<td>\d{4}-\d{2}-\d{2}( to (now|\d{4}-\d{2}-\d{2}))?</td>").expect("an expression"));

/// A text of ours, escaped and set.
pub(super) fn set(text: &str) -> Markup {
    PreEscaped(with_days(&text.render().into_string()))
}

/// The HTML of a card, the days of its tables set.
pub(super) fn set_cells(html: &str) -> PreEscaped<String> {
    PreEscaped(CELL.replace_all(html, |cell: &Captures<'_>| with_days(&cell[0])).into_owned())
}

fn with_days(html: &str) -> String {
    DAY.replace_all(html, "<span class=\"date\">$0</span>").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_kept_together() {
        assert_eq!(set("2025-10-01 to now").into_string(), "<span class=\"date\">2025-10-01</span> to now");
        assert_eq!(set("<b> 12025-10-01 2025-10 <").into_string(), "&lt;b&gt; 12025-10-01 2025-10 &lt;");
    }

    #[test]
    fn in_a_card_it_is_the_cell_of_days_alone() {
        let cell = "<td><span class=\"date\">2025-10-01</span> to <span class=\"date\">2026-01-03</span></td>";
        assert_eq!(set_cells("<td>2025-10-01 to 2026-01-03</td>").into_string(), cell);
        for html in ["<p title=\"2025-10-01\">on 2025-10-01</p>", "<td>x 2025-10-01</td>", "<td>2025-10-01 to then</td>"] {
            assert_eq!(set_cells(html).into_string(), html);
        }
    }
}
