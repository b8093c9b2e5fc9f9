//! Words as they are set: a day is not broken over two lines, and the name of a key looks like one.

use std::sync::LazyLock;

use maud::{Markup, PreEscaped, Render};
use regex_lite::Regex;

/// A day, or a month of one.
static DAY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\b\d{4}-\d{2}(-\d{2})?\b").expect("an expression"));
/// What stands between backticks.
static KEY: LazyLock<Regex> = LazyLock::new(|| Regex::new("`([A-Za-z]+)`").expect("an expression"));

/// A text of ours, escaped and set.
pub(super) fn set(text: &str) -> Markup {
    let escaped = text.render().into_string();
    let set = DAY.replace_all(&escaped, "<span class=\"date\">$0</span>");
    PreEscaped(KEY.replace_all(&set, "<code>$1</code>").into_owned())
}

/// HTML, its days set; its tags stay as they are.
pub(super) fn set_html(html: &str) -> PreEscaped<String> {
    let mut out = String::with_capacity(html.len());
    for part in html.split_inclusive('>') {
        let (text, tag) = part.split_at(part.find('<').unwrap_or(part.len()));
        out += &DAY.replace_all(text, "<span class=\"date\">$0</span>");
        out += tag;
    }
    PreEscaped(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_kept_together_and_a_key_is_set_as_one() {
        assert_eq!(set("2025-10-01 to now").into_string(), "<span class=\"date\">2025-10-01</span> to now");
        assert_eq!(set("no `allergies` sent").into_string(), "no <code>allergies</code> sent");
        assert_eq!(
            set("`<b>` 12025-10-011 <2025-10>").into_string(),
            "`&lt;b&gt;` 12025-10-011 &lt;<span class=\"date\">2025-10</span>&gt;"
        );
    }

    #[test]
    fn tags_stay_as_they_are() {
        let html = "<p title=\"2025-10-01\">on 2025-10-01</p> 2025-11";
        let set = set_html(html).into_string();
        assert_eq!(set, "<p title=\"2025-10-01\">on <span class=\"date\">2025-10-01</span></p> <span class=\"date\">2025-11</span>");
    }
}
