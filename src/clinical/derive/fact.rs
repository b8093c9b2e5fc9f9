//! Something that stands in the chart, as it is told.

use crate::clinical::chart::{Condition, Measurement, Value};
use crate::clinical::knowledge::Measure;
use crate::clinical::units::{Day, SourceRef};

/// Something that stands in the chart: in words, with its day and its records.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// In words, with value and day. Values of the record in it are still unescaped.
    pub text: String,
    /// Its day.
    pub date: Option<Day>,
    /// The records it rests on.
    pub basis: Vec<SourceRef>,
}

impl Fact {
    /// What rests on no single record: an age, a number of trials.
    pub fn plain(text: String) -> Fact {
        Fact { text, date: None, basis: Vec::new() }
    }

    /// A diagnosis with the day from which it counts, else the day of recording.
    pub fn diagnosis(condition: &Condition) -> Fact {
        let text = match (condition.onset, condition.recorded) {
            (Some(onset), _) if onset.is_approximate() => format!("{}, since about {}", condition.label, onset.first),
            (Some(onset), _) => format!("{}, since {}", condition.label, onset.first),
            (None, Some(recorded)) => format!("{}, recorded {recorded}", condition.label),
            (None, None) => format!("{}, no date", condition.label),
        };
        Fact { text, date: dated(condition), basis: vec![condition.source.clone()] }
    }

    /// A result with its value and day.
    pub fn result(result: &Measurement, measure: &Measure) -> Fact {
        let unit = if measure.unit.is_empty() { String::new() } else { format!(" {}", measure.unit) };
        let text = format!("{} {}{unit} on {}", measure.name, value(&result.value), result.at.day);
        Fact { text, date: Some(result.at.day), basis: vec![result.source.clone()] }
    }
}

/// The onset of a diagnosis, else the day of its recording (rules.md 17).
pub fn dated(condition: &Condition) -> Option<Day> {
    condition.onset.map(|onset| onset.first).or(condition.recorded)
}

/// The newest day of a diagnosis: recorded or reaffirmed lately counts as recent.
pub fn newest_date(condition: &Condition) -> Option<Day> {
    condition.onset.map(|onset| onset.first).max(condition.recorded)
}

fn value(value: &Value) -> String {
    let number = |number: &Option<f64>| number.map_or_else(|| "?".to_owned(), |number| number.to_string());
    match value {
        Value::Number(number) => number.to_string(),
        Value::Pressure { systolic, diastolic } => format!("{}/{}", number(systolic), number(diastolic)),
        Value::YesNo(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Answer { text, .. } => text.clone(),
        Value::Done => "done".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample::{condition, day};
    use super::*;
    use crate::clinical::units::{ConditionGroup, When};

    #[test]
    fn a_diagnosis_is_told_with_about_where_the_record_gives_a_month_or_a_year() {
        let told = |first, last| {
            let onset = Some(When { first: day(first), last: day(last) });
            Fact::diagnosis(&Condition { onset, label: "Dementia".to_owned(), ..condition(ConditionGroup::Dementia) }).text
        };
        assert_eq!(told("2025-05-01", "2025-05-31"), "Dementia, since about 2025-05-01");
        assert_eq!(told("2025-05-01", "2025-05-01"), "Dementia, since 2025-05-01");
    }
}
