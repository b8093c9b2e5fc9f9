//! What to measure with an option, and for whom.

/// One measurement, from a part of a cell: `waist|8280-0|baseline, then yearly` is `waist: baseline, then yearly`, the codes being for
/// those who check the table. A fourth part says for whom.
#[derive(Debug, Clone, Copy)]
pub struct Watch {
    /// What to measure and when.
    pub text: &'static str,
    /// For whom alone.
    pub whom: Whom,
}

/// For whom something is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Whom {
    /// Whoever takes the option.
    Everyone,
    /// Those who can be pregnant.
    Pregnancy,
    /// Those of this row of the monitoring schedule.
    Row(&'static str),
}

/// The measurements of a cell.
pub(super) fn watches(cell: &'static str) -> Vec<Watch> {
    let items = cell.split(" / ").map(str::trim).filter(|item| !item.is_empty());
    items.map(watch).collect()
}

fn watch(item: &'static str) -> Watch {
    let parts: Vec<&'static str> = item.split('|').map(str::trim).collect();
    let (text, whom) = match parts.as_slice() {
        [what, _codes, when] => (format!("{what}: {when}"), Whom::Everyone),
        [what, _codes, when, "pregnancy"] => (format!("{what}: {when}"), Whom::Pregnancy),
        [what, _codes, when, row] => (format!("{what}: {when}"), Whom::Row(row)),
        _ => (item.replace('|', " "), Whom::Everyone),
    };
    // as long as the program, as the tables are
    Watch { text: text.leak(), whom }
}
