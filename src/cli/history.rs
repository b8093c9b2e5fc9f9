//! The treatment history, as a prior authorisation for TMS or esketamine asks for it: Markdown that reads as plain text, to be pasted.
//!
//! Diagnosis, scores, each trial with dose, weeks, how adherence is known, scores before and after and why it ended; what was added;
//! courses; psychotherapy; what is not on file; last the records behind it. It says what the record shows and asks for nothing.

mod record;
mod words;

use crate::clinical::cards::escape_markdown;
use crate::clinical::chart::{Chart, Evidence, Extent, Gap, Kind, ProcedureKind};
use crate::clinical::derive::{
    Adequacy, Assessment, Augmentation, Certainty, Course, CourseKind, EndReason, Ended, Marker, Reason, Response, Score, Trial, dose_text,
};
use crate::clinical::knowledge::Knowledge;
use crate::server::Judged;

use words::{counted, days_and_weeks, verdict};

/// The history as Markdown.
pub fn history(judged: &Judged, knowledge: &Knowledge) -> String {
    let (assessment, chart) = (&judged.assessment, &judged.chart);
    let told = Told { assessment, chart, knowledge };
    let mut out = "# Treatment history for depression\n\n".to_owned();
    out += &list(&told.head());
    out += "\n## Summary\n\n";
    out += &list(&told.summary());
    out += "\n## Antidepressant trials\n";
    out += &told.trials();
    out += "\n## Drugs added to an antidepressant\n\n";
    out += &list(&told.augmentations());
    out += "\n## Courses of ECT, TMS, esketamine, ketamine\n\n";
    out += &list(&told.courses());
    out += "\n## Psychotherapy\n\n";
    out += &list(&told.psychotherapy());
    out += "\n## Not on file or not known\n\n";
    out += &list(&told.not_on_record());
    out += "\n## Records behind the trials\n\n";
    out += &list(&record::lines(assessment, chart));
    out += &format!(
        "\nPut together from the records read on {}; Trialwise, knowledge {}. The prescriber checks it before it is sent.\n",
        assessment.as_of, assessment.knowledge.version
    );
    out
}

fn list(items: &[String]) -> String {
    items.iter().map(|item| format!("- {item}\n")).collect()
}

/// What the history is told from.
#[derive(Clone, Copy)]
struct Told<'a> {
    assessment: &'a Assessment,
    chart: &'a Chart,
    knowledge: &'a Knowledge,
}

impl Told<'_> {
    fn head(self) -> Vec<String> {
        let patient = &self.assessment.patient;
        let id = patient.id.as_deref().map_or_else(|| "not on file".to_owned(), escape_markdown);
        let age = patient.age_years.map_or_else(|| "age not on file".to_owned(), |years| format!("{years} years"));
        let sex = patient.sex.map_or_else(|| "sex not on file".to_owned(), |sex| super::text::word(&sex));
        let mut lines = vec![format!("Patient: {id}, {age}, {sex}"), format!("Date: {}", self.assessment.as_of)];
        lines.push(format!("Diagnosis: {}", self.diagnoses()));
        lines.push(match &self.assessment.episode {
            Some(episode) => format!("Current episode since {}{}", if episode.approximate { "about " } else { "" }, episode.start),
            None => "Current episode: not on file".to_owned(),
        });
        let current = self.assessment.current_score.as_ref();
        lines.push(format!("Current score: {}", current.map_or_else(|| "none on file".to_owned(), score)));
        lines
    }

    /// The current diagnoses that open the gate of rules.md 1.2, with their codes.
    fn diagnoses(self) -> String {
        let groups = &self.knowledge.parameters().index_condition_groups;
        let current = self.chart.conditions.iter().filter(|condition| condition.current || condition.in_remission);
        let mut found: Vec<String> = current
            .filter(|condition| condition.groups.has_any(groups))
            .map(|condition| {
                let code = if condition.code.is_empty() { String::new() } else { format!(" ({})", escape_markdown(&condition.code)) };
                format!("{}{code}", escape_markdown(&condition.label))
            })
            .collect();
        found.sort();
        found.dedup();
        match (found.is_empty(), self.had(Kind::Conditions)) {
            (false, _) => found.join("; "),
            (true, true) => "no current depressive disorder on record".to_owned(),
            (true, false) => "not known: the diagnoses could not all be had".to_owned(),
        }
    }

    fn had(self, kind: Kind) -> bool {
        self.chart.coverage.of(kind) == Extent::Full
    }

    fn summary(self) -> Vec<String> {
        let parameters = self.knowledge.parameters();
        let mut lines = vec![format!(
            "Adequate here means: at least {} days at or above the usual minimum dose, at least {} % of the days covered, no record to \
             the contrary.",
            parameters.adequate_min_days, parameters.pdc_threshold.0
        )];
        let failed: Vec<&str> = self.assessment.counted_failures.iter().map(|drug| drug.name()).collect();
        lines.push(match failed.as_slice() {
            [] => "Adequate trials of this episode without sufficient response: none".to_owned(),
            drugs => format!("Adequate trials of this episode without sufficient response: {} ({})", drugs.len(), drugs.join(", ")),
        });
        let open = |trial: &&Trial| trial.in_episode && trial.adequacy == Adequacy::Adequate && trial.response == Response::NotDocumented;
        let undocumented: Vec<&str> = self.assessment.trials.iter().filter(open).map(|trial| trial.drug.name()).collect();
        if !undocumented.is_empty() {
            lines.push(format!("Adequate trials of this episode whose response is not documented: {}", undocumented.join(", ")));
        }
        let mut not_tolerated: Vec<&str> =
            self.assessment.trials.iter().filter(|trial| trial.has_marker(Marker::Intolerance)).map(|trial| trial.drug.name()).collect();
        not_tolerated.sort_unstable();
        not_tolerated.dedup();
        if !not_tolerated.is_empty() {
            lines.push(format!("Not tolerated: {}", not_tolerated.join(", ")));
        }
        lines.push(match self.assessment.two_adequate_failures {
            Certainty::Yes => "Two or more such trials, of different drugs: yes".to_owned(),
            Certainty::No => "Two or more such trials, of different drugs: no".to_owned(),
            Certainty::Undetermined => "Two or more such trials, of different drugs: cannot be told from this record".to_owned(),
        });
        lines
    }

    fn trials(self) -> String {
        let trials = &self.assessment.trials;
        if trials.is_empty() {
            let none = if self.had(Kind::Medications) { "None on file." } else { "None found; the medicines could not all be had." };
            return format!("\n{none}\n");
        }
        let told = |(number, trial): (usize, &Trial)| {
            let class = self.class(trial);
            let earlier = if trial.in_episode { "" } else { ", before the current episode" };
            format!("\n### {}. {} ({class}){earlier}\n\n{}", number + 1, trial.drug, list(&self.trial(trial)))
        };
        trials.iter().enumerate().map(told).collect()
    }

    fn class(self, trial: &Trial) -> String {
        // `ssri`, `snri`, `tca` and the like are initials; longer classes are words
        if trial.class.len() <= 5 { trial.class.to_uppercase() } else { trial.class.replace('-', " ") }
    }

    fn trial(self, trial: &Trial) -> Vec<String> {
        let mut lines = vec![format!("Dates: {}", words::dates(trial))];
        lines.push(format!("Highest dose: {}", self.highest(trial)));
        if trial.doses.len() > 1 {
            lines.push(format!("Doses: {}", self.doses(trial)));
        }
        lines.push(format!("Time at or above the usual minimum dose: {}", words::at_dose(trial)));
        lines.push(format!("How taking is known: {}", words::adherence(trial)));
        if !trial.gaps.is_empty() {
            let gaps: Vec<String> =
                trial.gaps.iter().map(|gap| format!("{} to {} ({})", gap.first, gap.last, counted(gap.days(), "day"))).collect();
            lines.push(format!("Days not covered: {}", gaps.join("; ")));
        }
        lines.push(format!("Score before: {}", scored(trial.baseline.as_ref())));
        // a score since an add-on began judges the pair
        let newer = self.assessment.current_score.as_ref().zip(trial.latest.as_ref()).is_some_and(|(now, judged)| judged.date < now.date);
        let after = match (trial.ongoing, newer) {
            (true, false) => "Latest score",
            (true, true) => "Last score before an add-on",
            (false, _) => "Score after",
        };
        lines.push(format!("{after}: {}", scored(trial.latest.as_ref())));
        lines.push(format!("Response: {}", words::response(trial)));
        lines.push(format!("Adequate: {}", verdict(trial)));
        if !trial.ongoing {
            lines.push(format!("Ended because: {}", words::ended(trial)));
        }
        lines
    }

    fn highest(self, trial: &Trial) -> String {
        let known = trial.doses.iter().filter_map(|span| span.mg_per_day).max();
        let some_unknown = trial.doses.iter().any(|span| span.mg_per_day.is_none());
        let minimum = trial
            .minimum_dose
            .map_or_else(String::new, |dose| format!(" (usual minimum {} a day)", dose_text(dose, trial.drug, self.knowledge)));
        let dose = match known {
            Some(dose) if some_unknown => {
                format!("{} a day of what could be read; other doses could not", dose_text(dose, trial.drug, self.knowledge))
            }
            Some(dose) => format!("{} a day", dose_text(dose, trial.drug, self.knowledge)),
            None => "not known".to_owned(),
        };
        format!("{dose}{minimum}")
    }

    fn doses(self, trial: &Trial) -> String {
        let steps = trial.doses.iter().map(|span| {
            let dose = span.mg_per_day.map_or_else(|| "dose unknown".to_owned(), |dose| dose_text(dose, trial.drug, self.knowledge));
            let end = span.end.map_or_else(|| "now".to_owned(), |day| day.to_string());
            format!("{dose} a day, {} to {end}", span.start)
        });
        steps.collect::<Vec<_>>().join("; ")
    }

    fn augmentations(self) -> Vec<String> {
        let told = |added: &Augmentation| {
            let end = added.end.map_or_else(|| "now".to_owned(), |day| day.to_string());
            let base = self.assessment.trials.get(added.base).map_or_else(String::new, |trial| format!(" to {}", trial.drug));
            let dose = added.highest_dose.map_or_else(
                || "dose unknown".to_owned(),
                |dose| format!("highest dose {} a day", dose_text(dose, added.drug, self.knowledge)),
            );
            format!("{}, added{base}: {} to {end}; {dose}; at dose for {}", added.drug, added.start, days_and_weeks(added.at_dose_days))
        };
        let lines: Vec<String> = self.assessment.augmentation.iter().map(told).collect();
        self.or_none(lines, Kind::Medications, "medicines")
    }

    fn courses(self) -> Vec<String> {
        let told = |course: &Course| {
            let kind = match course.kind {
                CourseKind::Ect => "ECT",
                CourseKind::Tms => "TMS",
                CourseKind::Esketamine => "esketamine",
                CourseKind::Ketamine => "ketamine",
            };
            let sessions = i32::try_from(course.sessions).unwrap_or(i32::MAX);
            format!("{kind}: {} on record, {} to {}", counted(sessions, "session"), course.first, course.last)
        };
        let lines: Vec<String> = self.assessment.courses.iter().map(told).collect();
        self.or_none(lines, Kind::Procedures, "procedures")
    }

    fn psychotherapy(self) -> Vec<String> {
        let of_kind = self.chart.procedures.iter().filter(|procedure| procedure.kind == ProcedureKind::Psychotherapy);
        let mut lines: Vec<String> = of_kind
            .filter(|procedure| procedure.when.is_none_or(|when| when.first <= self.assessment.as_of))
            .map(|procedure| {
                let when = procedure.when.map_or_else(|| "date not on file".to_owned(), |when| when.first.to_string());
                format!("{when}: {}", escape_markdown(&procedure.label))
            })
            .collect();
        lines.sort();
        self.or_none(lines, Kind::Procedures, "procedures")
    }

    /// The lines, else that there are none: on record, or in what could be had.
    fn or_none(self, lines: Vec<String>, kind: Kind, name: &str) -> Vec<String> {
        match (lines.is_empty(), self.had(kind)) {
            (false, _) => lines,
            (true, true) => vec!["None on file".to_owned()],
            (true, false) => vec![format!("Not known: {name} could not all be had")],
        }
    }

    fn not_on_record(self) -> Vec<String> {
        let mut lines: Vec<String> = self.assessment.trials.iter().filter_map(missing).collect();
        let asked = |gap: &&Gap| !matches!(gap.kind, Kind::Encounters | Kind::FamilyHistory);
        lines.extend(self.assessment.coverage.gaps.iter().filter(asked).map(|gap| escape_markdown(&gap.why)));
        lines.extend(self.chart.unresolved.iter().map(|drug| format!("not understood: {}", escape_markdown(&drug.label))));
        lines.extend(
            self.assessment
                .unread
                .iter()
                .map(|unread| format!("{}: {}", escape_markdown(unread.source.as_str()), escape_markdown(&unread.why))),
        );
        if lines.is_empty() {
            lines.push("Nothing that this history asks for is missing".to_owned());
        }
        lines
    }
}

/// Whether a reason for its end is on record, or a reaction to it.
fn says_why(trial: &Trial) -> bool {
    let unsaid = |ended: &Ended| matches!(ended.reason, EndReason::NotStated | EndReason::Replaced);
    trial.has_marker(Marker::Intolerance) || trial.ended_because.as_ref().is_some_and(|ended| !unsaid(ended))
}

/// What a trial lacks.
fn missing(trial: &Trial) -> Option<String> {
    let lacks = [
        (trial.start.is_none() || trial.has_reason(Reason::UnknownDates), "its dates"),
        (trial.doses.iter().any(|span| span.mg_per_day.is_none()), "its dose on some days"),
        (trial.baseline.is_none(), "a score before it"),
        (trial.latest.is_none(), "a score from day 28 on"),
        (trial.adequacy != Adequacy::Unknown && trial.evidence == Evidence::Ordered, "whether it was supplied or taken"),
        (!trial.ongoing && !says_why(trial), "why it ended"),
    ];
    let lacks: Vec<&str> = lacks.into_iter().filter_map(|(lacks, what)| lacks.then_some(what)).collect();
    (!lacks.is_empty()).then(|| format!("{}: {}", trial.drug, lacks.join("; ")))
}

fn scored(value: Option<&Score>) -> String {
    value.map_or_else(|| "not on file".to_owned(), score)
}

/// A score with scale and day.
fn score(score: &Score) -> String {
    format!("{} {} on {}", score.instrument.word().to_uppercase(), score.score, score.date)
}

#[cfg(test)]
mod tests;
