//! An assessment for people: who, which trials, what was found, what to say, what was not had.

use anstyle::Style;
use comfy_table::{ContentArrangement, Table, presets};
use serde::Serialize;

use super::layout::{COLUMNS, DANGER, FAINT, GOOD, HEADING, NOTICE, clean, plain, styled, wrapped};
use crate::clinical::cards::{Card, Indicator};
use crate::clinical::derive::{Assessment, BipolarState, ContributorStatus, ScopeStatus, Score, Severity, Trial, Verdict};
use crate::clinical::units::SourceRef;
use crate::server::Judged;

/// The assessment as text.
pub fn text(judged: &Judged) -> String {
    let assessment = &judged.assessment;
    let mut out = head(assessment);
    out += &trials(assessment);
    out += &findings(assessment);
    out += &section("Cards", judged.cards.iter().map(card).collect(), "none: nothing to say");
    if !judged.cards.is_empty() {
        out += &styled(FAINT, "  in full with --format cards\n");
    }
    let gaps = assessment.coverage.gaps.iter().map(|gap| wrapped(&gap.why, 2)).collect();
    out += &section("Not had", gaps, "");
    let unread = assessment.unread.iter().map(|unread| wrapped(&format!("{}: {}", unread.source, unread.why), 2)).collect();
    out += &section("Not read", unread, "");
    let stamp = &assessment.knowledge;
    out += &format!("\n{}\n", styled(FAINT, &format!("knowledge {} ({})", stamp.version, stamp.sha256.get(..12).unwrap_or(&stamp.sha256))));
    for change in &stamp.site_changes {
        out += &wrapped(&format!("changed by the site: {change}"), 2);
    }
    out
}

fn head(assessment: &Assessment) -> String {
    let patient = &assessment.patient;
    let id = patient.id.as_deref().map_or_else(|| "no Patient resource".to_owned(), clean);
    let age = patient.age_years.map_or_else(|| "age not on file".to_owned(), |years| format!("{years} years"));
    let sex = patient.sex.map_or_else(|| "sex not on file".to_owned(), |sex| word(&sex));
    let mut out = format!("{}\n", styled(HEADING, &format!("Patient {id}, {age}, {sex}, on {}", assessment.as_of)));
    let reasons: Vec<String> = assessment.scope.reasons.iter().map(word).collect();
    let (style, scope) = match assessment.scope.status {
        ScopeStatus::InScope => (GOOD, "in scope"),
        ScopeStatus::OutOfScope => (NOTICE, "out of scope"),
        ScopeStatus::Undetermined => (NOTICE, "scope undetermined"),
    };
    out += &styled(style, scope);
    if !reasons.is_empty() {
        out += &format!(": {}", reasons.join(", "));
    }
    let coverage = &assessment.coverage;
    out += &format!(
        "; medications {}, conditions {}, observations {}\n",
        word(&coverage.medications),
        word(&coverage.conditions),
        word(&coverage.observations)
    );
    if let Some(episode) = &assessment.episode {
        out += &format!("episode since {}{}", if episode.approximate { "about " } else { "" }, episode.start);
        out += &format!("; adequate failed trials {}", assessment.adequate_failed_trials);
        out += &format!("; two adequate failures: {}\n", word(&assessment.two_adequate_failures));
    }
    if let Some(current) = &assessment.current_score {
        out += &format!("latest score: {}\n", score(current));
    }
    out
}

fn trials(assessment: &Assessment) -> String {
    if assessment.trials.is_empty() {
        return section("Trials", Vec::new(), "none found in what was had");
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(COLUMNS as u16);
    table.set_header(["drug", "from - to", "mg/day", "at dose", "PDC", "verdict", "response", "evidence"]);
    for trial in &assessment.trials {
        table.add_row(row(trial));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned() + "\n").collect();
    section("Trials", lines, "")
}

fn row(trial: &Trial) -> [String; 8] {
    let from = trial.start.map_or_else(|| "unknown".to_owned(), |day| day.to_string());
    let to = match trial.end {
        _ if trial.ongoing => "now".to_owned(),
        Some(day) => day.to_string(),
        None => "unknown".to_owned(),
    };
    let mut doses: Vec<String> =
        trial.doses.iter().map(|span| span.mg_per_day.map_or_else(|| "?".to_owned(), |dose| dose.to_string())).collect();
    doses.dedup();
    let window = trial.window.map_or_else(|| "?".to_owned(), |window| window.to_string());
    let reasons: String = trial.reasons.iter().map(|reason| format!(", {}", word(reason))).collect();
    [
        trial.drug.to_string(),
        format!("{from} - {to}"),
        doses.join(", "),
        format!("{} of {window} d", trial.at_dose_days),
        trial.pdc.map_or_else(|| "?".to_owned(), |pdc| format!("{pdc:.2}")),
        format!("{}{reasons}", word(&trial.adequacy)),
        word(&trial.response),
        word(&trial.evidence),
    ]
}

fn findings(assessment: &Assessment) -> String {
    let mut found = Findings::default();
    found.dangers(assessment);
    found.explanations(assessment);
    found.treatments(assessment);
    found.judgements(assessment);
    section("Findings", found.0, "none")
}

/// What was found, a few lines each, with the records that it rests on.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    fn tell(&mut self, style: Style, what: String, basis: &[SourceRef]) {
        let sources: Vec<&str> = basis.iter().map(|source| source.as_str()).collect();
        let sources = if sources.is_empty() { String::new() } else { format!(" ({})", sources.join(", ")) };
        self.0.push(in_style(style, &wrapped(&format!("{what}{sources}"), 2)));
    }

    /// What cannot wait.
    fn dangers(&mut self, assessment: &Assessment) {
        for finding in &assessment.safety {
            self.tell(DANGER, format!("safety: {}", finding.label), &finding.basis);
        }
        for interaction in &assessment.interactions {
            let style = if interaction.severity == Severity::Critical { DANGER } else { NOTICE };
            let drugs = interaction.drugs.join(" with ");
            let what = format!("interaction, {}: {drugs}: {}", word(&interaction.severity), interaction.reason);
            self.tell(style, what, &interaction.basis);
        }
    }

    /// What else may explain a poor response.
    fn explanations(&mut self, assessment: &Assessment) {
        if assessment.bipolar.state != BipolarState::None {
            self.tell(NOTICE, format!("bipolar question: {}", word(&assessment.bipolar.state)), &[]);
        }
        for indicator in &assessment.bipolar.indicators {
            self.tell(NOTICE, format!("bipolar indicator, {}: {}", word(&indicator.weight), indicator.label), &indicator.basis);
        }
        for contributor in &assessment.contributors {
            let (style, status) = match contributor.status {
                ContributorStatus::Present => (NOTICE, if contributor.treated { "present, treated" } else { "present" }),
                ContributorStatus::NotChecked => (FAINT, "not checked"),
                ContributorStatus::Clear => (FAINT, "clear"),
            };
            self.tell(style, format!("contributor {}, {status}: {}", contributor.id, contributor.label), &contributor.basis);
        }
    }

    /// What is done beside the trials, and what is to be watched with it.
    fn treatments(&mut self, assessment: &Assessment) {
        for augmentation in &assessment.augmentation {
            let to = augmentation.end.map_or_else(|| "now".to_owned(), |day| day.to_string());
            let what = format!(
                "augmentation: {} from {} to {to}, {} days at dose",
                augmentation.drug, augmentation.start, augmentation.at_dose_days
            );
            self.tell(Style::new(), what, &augmentation.basis);
        }
        for course in &assessment.courses {
            let what = format!("{}: {} sessions, {} to {}", word(&course.kind), course.sessions, course.first, course.last);
            self.tell(Style::new(), what, &course.basis);
        }
        for item in &assessment.monitoring_due {
            self.tell(NOTICE, format!("due since {}: {} for {}", item.due, item.item, item.drug), &item.basis);
        }
        for test in &assessment.monitoring_not_known {
            self.tell(FAINT, format!("monitoring not known: {} for {}: {}", test.item, test.drug, test.why), &[]);
        }
    }

    /// What it comes to, and what may come next.
    fn judgements(&mut self, assessment: &Assessment) {
        for note in assessment.notes.iter().chain(assessment.trials.iter().flat_map(|trial| &trial.notes)) {
            self.tell(Style::new(), format!("note: {}", note.text), &note.basis);
        }
        if let Some(stage) = assessment.staging.thase_rush {
            self.tell(Style::new(), format!("Thase-Rush stage {stage}"), &[]);
        }
        if let Some(maudsley) = &assessment.staging.maudsley {
            self.tell(Style::new(), format!("{}: {} of 15, {}", maudsley.name, maudsley.total, maudsley.band), &[]);
        }
        for (kind, options) in options(assessment) {
            self.tell(FAINT, format!("options, {kind}: {options}"), &[]);
        }
    }
}

/// The options offered, a line for each kind and verdict; why each is offered stands in the assessment.
fn options(assessment: &Assessment) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for option in assessment.options.iter().filter(|option| option.verdict != Verdict::LeftOut) {
        let kind = format!("{}, {}", word(&option.kind), word(&option.verdict));
        match lines.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, ids)) => *ids += &format!(", {}", option.id),
            None => lines.push((kind, option.id.to_owned())),
        }
    }
    lines
}

fn card(card: &Card) -> String {
    let style = match card.indicator {
        Indicator::Info => HEADING,
        Indicator::Warning => NOTICE,
        Indicator::Critical => DANGER,
    };
    let summary = wrapped(&format!("[{}] {}: {}", card.indicator.word(), card.code.word(), card.summary), 2);
    // the trials stand above in a table of their own; what is below the fold is for `--format cards`
    let lead: Vec<&str> = card.lead().lines().filter(|line| !line.starts_with('|')).collect();
    in_style(style, &summary) + &wrapped(&plain(&lead.join("\n")), 6)
}

/// A heading with its lines; nothing at all where there are none and nothing is to be said of that.
fn section(title: &str, lines: Vec<String>, without: &str) -> String {
    match (lines.is_empty(), without.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("\n{}: {without}\n", styled(HEADING, title)),
        (false, _) => format!("\n{}\n{}", styled(HEADING, title), lines.concat()),
    }
}

/// Every line in a style of its own, so that a pager shows each right.
fn in_style(style: Style, lines: &str) -> String {
    lines.lines().map(|line| styled(style, line) + "\n").collect()
}

/// A score with scale, day and record.
fn score(score: &Score) -> String {
    clean(&format!("{} {} on {} ({})", score.instrument, score.score, score.date, score.source))
}

/// A verdict in the word that the assessment's JSON has for it.
pub fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clinical::cards::CardCode;
    use crate::clinical::derive::sample::{TODAY, chart, day, dispensed, phq9};
    use crate::clinical::knowledge::Knowledge;
    use crate::server::{Asked, judge};

    fn judged() -> Judged {
        let supplies = vec![
            dispensed("m1", "sertraline", 25.0, "2025-12-01", 30),
            dispensed("m2", "sertraline", 50.0, "2025-12-31", 30),
            dispensed("m3", "sertraline", 50.0, "2026-01-30", 40),
        ];
        let scores = vec![phq9("o1", 18, "2025-11-28"), phq9("o2", 17, "2026-02-20")];
        judge(chart(supplies, scores), Knowledge::builtin(), day(TODAY), Asked::CHART, None)
    }

    fn unstyled(text: &str) -> String {
        anstream::adapter::strip_str(text).to_string()
    }

    #[test]
    fn a_trial_is_a_row_with_its_verdict() {
        let text = unstyled(&text(&judged()));
        let row = text.lines().find(|line| line.starts_with(" sertraline")).expect("a row");
        assert!(row.contains("25, 50"), "{text}");
        assert!(text.starts_with("Patient p, 34 years, female, on 2026-03-02\nin scope;"), "{text}");
        assert!(text.contains("latest score: phq-9 17 on 2026-02-20 (Observation/o2)"), "{text}");
    }

    #[test]
    fn every_card_is_there_with_what_a_side_bar_shows_at_once() {
        let judged = judged();
        let text = unstyled(&text(&judged)).split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(!judged.cards.is_empty());
        for card in &judged.cards {
            assert!(text.contains(&card.summary), "{text}");
        }
        assert!(judged.cards.iter().all(|card| card.code != CardCode::Safety));
    }

    #[test]
    fn it_fits_a_hundred_columns() {
        let text = unstyled(&text(&judged()));
        for line in text.lines() {
            assert!(line.chars().count() <= COLUMNS, "{line}");
        }
    }

    #[test]
    fn the_record_cannot_colour_the_terminal() {
        let mut judged = judged();
        judged.assessment.patient.id = Some("p\u{1b}[35mq".into());
        let text = text(&judged);
        assert!(text.contains("p [35mq") && !text.contains("\u{1b}[35m"));
    }
}
