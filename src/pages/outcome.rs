//! What a record came to: who, the cards beside the timeline, the findings, the wire.

use maud::{Markup, html};
use serde_json::Value;

use super::card::side_bar;
use super::finding::{certainty, findings, scope};
use super::request::visible_json;
use super::shell::page;
use super::start::{Entry, form};
use super::story::Story;
use super::timeline::timeline;
use super::wire::wire;
use crate::clinical::cards::{Card, visible_text};
use crate::clinical::derive::{Assessment, Extent, Sex};
use crate::clinical::knowledge::Knowledge;
use crate::hooks::HookResponse;

/// What a record came to.
#[derive(Clone, Copy)]
pub struct Outcome<'a> {
    /// What follows from it.
    pub assessment: &'a Assessment,
    /// What to say.
    pub cards: &'a [Card],
    /// The same as it goes over the wire, a card for each.
    pub response: &'a HookResponse<'a>,
    /// The hook request that carried the record, where there is one.
    pub call: Option<HookCall<'a>>,
    /// By what it was judged.
    pub knowledge: &'a Knowledge,
    /// Where the record came from.
    pub origin: Origin<'a>,
}

/// A hook request, and the service that it goes to.
#[derive(Debug, Clone, Copy)]
pub struct HookCall<'a> {
    /// The id of the service.
    pub service: &'a str,
    /// The request: JSON for people.
    pub request: &'a str,
}

/// Where a record came from.
#[derive(Debug, Clone, Copy)]
pub enum Origin<'a> {
    /// A story of ours.
    Story(&'a Story),
    /// It was pasted: what was put in.
    Pasted(Entry<'a>),
}

/// The page of an outcome. The same outcome gives the same bytes.
pub fn outcome(outcome: &Outcome<'_>) -> String {
    let Outcome { assessment, cards, response, call, knowledge, origin } = *outcome;
    let answer = serde_json::to_value(response).map(|answer: Value| visible_json(&answer)).expect("cards have text keys only");
    let title = match origin {
        Origin::Story(story) => story.title(),
        Origin::Pasted(_) => "A pasted record".to_owned(),
    };
    let day = assessment.as_of.to_string();
    let record = match origin {
        Origin::Story(story) => story.bundle,
        Origin::Pasted(entry) => entry.record,
    };
    let content = html! {
        p.back { a href="/" { "Choose another patient" } }
        h1 { (title) }
        @if let Origin::Story(story) = origin { (told(story)) }
        (banner(assessment))
        (other_day(origin, &day))
        div.beside {
            (side_bar(cards, response))
            (timeline(assessment, knowledge))
        }
        (findings(assessment))
        (wire(call, &answer))
        details.change {
            summary { "Change the record and look again" }
            (form(Entry { record, as_of: &day }, false))
        }
        p.stamp { "Knowledge " (assessment.knowledge.version) " (" (assessment.knowledge.sha256.get(..12).unwrap_or_default()) ")" }
    };
    page(&title, &content)
}

fn told(story: &Story) -> Markup {
    let case = story.case();
    html! { p.lead { (case.who) " " span.expect { (case.expect) } } }
}

/// The patient in a line, as an EHR has it above everything else.
fn banner(assessment: &Assessment) -> Markup {
    let patient = &assessment.patient;
    let id = patient.id.as_deref().map_or_else(|| "no Patient resource".to_owned(), visible_text);
    let age = patient.age_years.map_or_else(|| "age not on file".to_owned(), |years| format!("{years} years"));
    let sex = match patient.sex {
        Some(Sex::Female) => "female",
        Some(Sex::Male) => "male",
        Some(Sex::Other) => "other",
        None => "sex not on file",
    };
    let coverage = &assessment.coverage;
    let episode = assessment.episode.as_ref();
    html! {
        dl.banner {
            (fact("Patient", &format!("{id}, {age}, {sex}")))
            (fact("Day of assessment", &assessment.as_of.to_string()))
            (fact("Scope", &scope(assessment)))
            @if let Some(episode) = episode {
                (fact("Episode since", &format!("{}{}", if episode.approximate { "about " } else { "" }, episode.start)))
            }
            (fact("Adequate failed trials", &assessment.adequate_failed_trials.to_string()))
            (fact("Two adequate failures", certainty(assessment.two_adequate_failures)))
            (fact("Had of the record", &format!(
                "medicines {}, diagnoses {}, results {}",
                extent(coverage.medications), extent(coverage.conditions), extent(coverage.observations)
            )))
            @if let Some(stage) = assessment.staging.thase_rush { (fact("Thase-Rush stage", &stage.to_string())) }
            @if let Some(maudsley) = &assessment.staging.maudsley {
                (fact(maudsley.name, &format!("{} of 15, {}", maudsley.total, maudsley.band)))
            }
        }
    }
}

fn fact(name: &str, value: &str) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

const fn extent(extent: Extent) -> &'static str {
    match extent {
        Extent::Full => "in full",
        Extent::Partial => "in part",
        Extent::None => "not at all",
    }
}

/// A story on another day.
fn other_day(origin: Origin<'_>, day: &str) -> Markup {
    let Origin::Story(story) = origin else { return html! {} };
    html! {
        form.day method="get" action="/" {
            input type="hidden" name="story" value=(story.name);
            label for="day" { "Day of assessment" }
            input #day type="date" name="as_of" value=(day) required;
            button type="submit" { "Look again" }
            span.hint { "The story is told on " (story.case().as_of) "." }
        }
    }
}
