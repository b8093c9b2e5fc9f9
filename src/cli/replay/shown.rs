//! The report as text for a terminal, and as one page of HTML that needs nothing else.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::super::layout::{COLUMNS, FAINT, HEADING, clean, styled, wrapped};
use super::report::{Head, Report, Row, Section};

/// The width of a bar in its own units.
const BAR: f64 = 200.0;

/// Its looks: readable on paper, in the dark, and in a narrow window. Colour says nothing that the numbers do not.
const STYLE: &str = "
:root { color-scheme: light dark; }
body { font: 15px/1.45 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.1rem; margin: 2rem 0 0; }
.hidden { position: absolute; clip-path: inset(50%); }
p { margin: .25rem 0 .5rem; } .faint { opacity: .75; }
table { border-collapse: collapse; width: 100%; table-layout: fixed; }
col.n { width: 5.5rem; } col.bar { width: 28%; } th[scope=row] { font-weight: normal; }
th, td { text-align: left; padding: .2rem .5rem .2rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 20%, transparent); overflow-wrap: anywhere; }
th.n, td.n { text-align: right; padding-left: .3rem; white-space: nowrap; font-variant-numeric: tabular-nums; }
td.bar { padding-right: 0; }
svg { display: block; width: 100%; height: .8rem; } rect.back { fill: currentColor; opacity: .12; } rect.front { fill: #2a6fb0; }
section { break-inside: avoid-page; }
@media (max-width: 36rem) { col.bar { width: 18%; } col.n { width: 4.6rem; } }
@media (prefers-color-scheme: dark) { rect.front { fill: #7fb6ea; } }
@media print { body { max-width: none; margin: 0; } }
";

/// The report as text.
pub fn text(report: &Report<'_>) -> String {
    let mut out = String::new();
    for line in by_what(&report.head) {
        out += &wrapped(&line, 0);
    }
    for section in report.sections() {
        out += &format!("\n{}\n", styled(HEADING, section.title));
        if section.rows.is_empty() {
            out += "  none\n";
            continue;
        }
        out += &styled(FAINT, &wrapped(&section.lead, 2));
        out += &rows(&section);
        if section.more > 0 {
            out += &format!("  and {} more in the JSON\n", section.more);
        }
    }
    out
}

fn rows(section: &Section) -> String {
    let mut table = Table::new();
    let width = u16::try_from(COLUMNS).unwrap_or(u16::MAX);
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    for row in &section.rows {
        table.add_row([format!(" {}", clean(&row.label)), row.count.to_string(), percent(row)]);
    }
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().map(|line| line.trim_end().to_owned() + "\n").collect()
}

fn percent(row: &Row) -> String {
    row.percent().map_or_else(String::new, |percent| format!("{percent:.2}"))
}

fn by_what(head: &Head) -> Vec<String> {
    let day = if head.day_of_requests {
        format!("on the day that a request names, else on {}", head.as_of)
    } else {
        format!("on {}", head.as_of)
    };
    let tables = format!("knowledge {} ({})", head.knowledge, head.sha256.get(..12).unwrap_or(&head.sha256));
    let mut lines = vec![format!("Trialwise {}, {tables}: what it would have said {day}", head.trialwise)];
    lines.extend(head.site_changes.iter().map(|change| format!("changed by the site: {change}")));
    lines
}

/// The report as HTML.
pub fn html(report: &Report<'_>) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Trialwise replay" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { "What Trialwise would have said" }
                @for line in by_what(&report.head) { p { (line) } }
                p.faint { "Counts alone: no name, id or date of any patient stands in this page. docs/replay.md says how to read it." }
                @for section in report.sections() { (section_html(&section)) }
            }
        }
    };
    page.into_string() + "\n"
}

fn section_html(section: &Section) -> Markup {
    let most = section.rows.iter().map(|row| row.count).max().unwrap_or_default();
    html! {
        section {
            h2 { (section.title) }
            @if section.rows.is_empty() {
                p { "none" }
            } @else {
                p.faint { (section.lead) }
                table {
                    colgroup { col; col.n; col.n; col.bar; }
                    thead { tr { th scope="col" { "Counted" } th.n scope="col" { "Number" } th.n scope="col" { "Per 100" } th scope="col" { span.hidden { "Bar" } } } }
                    tbody { @for row in &section.rows { (row_html(row, most)) } }
                }
                @if section.more > 0 { p.faint { "and " (section.more) " more in the JSON" } }
            }
        }
    }
}

/// A row with its bar: its share where it has one, else against the largest of the section.
fn row_html(row: &Row, most: u64) -> Markup {
    let part = row.percent().map_or(row.count as f64 / most.max(1) as f64, |percent| percent / 100.0);
    let length = format!("{:.1}", part.clamp(0.0, 1.0) * BAR);
    html! {
        tr {
            th scope="row" { (clean(&row.label)) }
            td.n { (row.count) }
            td.n { (percent(row)) }
            td.bar {
                svg viewBox={ "0 0 " (BAR) " 10" } preserveAspectRatio="none" aria-hidden="true" {
                    rect.back width=(BAR) height="10" {}
                    rect.front width=(length) height="10" {}
                }
            }
        }
    }
}
