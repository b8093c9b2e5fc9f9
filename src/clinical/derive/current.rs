//! Which trial is the current one (rules.md 3.3.7).

use super::{Adequacy, Marker, Reason, Trial};

/// The ongoing trial that started last; none ongoing, the lapsed one. Of two that started on one day the one not yet adequate, then the
/// second of a duplication, then by name.
pub fn current(trials: &[Trial]) -> Option<usize> {
    let eligible = |trial: &Trial| !trial.has_reason(Reason::NotATrial) && !trial.has_reason(Reason::UncodedDrug) && trial.start.is_some();
    let dated = |trial: &Trial| eligible(trial) && !trial.has_reason(Reason::UnknownDates);
    let ongoing = newest(trials, |trial| trial.ongoing && dated(trial));
    let undated = || newest(trials, |trial| trial.ongoing && eligible(trial));
    ongoing.or_else(|| newest(trials, |trial| trial.has_marker(Marker::Lapsed))).or_else(undated)
}

fn newest(trials: &[Trial], counts: impl Fn(&Trial) -> bool) -> Option<usize> {
    let key = |trial: &Trial| {
        (trial.start, trial.adequacy != Adequacy::Adequate, trial.has_marker(Marker::Duplication), std::cmp::Reverse(trial.drug))
    };
    trials.iter().enumerate().filter(|(_, trial)| counts(trial)).max_by_key(|(_, trial)| key(trial)).map(|(index, _)| index)
}
