//! The first page: choose a story, or paste a record.

use maud::{Markup, html};

use super::shell::page;
use super::story::{GROUPS, Group, Story};

/// What somebody has put into the form.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Entry<'a> {
    /// A record, as text.
    pub record: &'a str,
    /// The day of assessment, as text.
    pub as_of: &'a str,
}

/// The page to choose on; with what was wrong, and what was put in, after an entry that could not be used.
pub fn start(entry: Entry<'_>, problem: Option<&str>) -> String {
    let content = html! {
        @if let Some(problem) = problem {
            div.problem role="alert" #problem {
                h1 { "This could not be read" }
                p { (problem) }
            }
        } @else {
            h1 { "What would Trialwise say?" }
            p.lead {
                "Choose a worked patient, or " a href="#paste" { "paste a record" } ": the cards as an EHR shows them, the antidepressant trials over time, and what went "
                "over the wire."
            }
        }
        @if problem.is_some() {
            (form(entry, true))
        }
        section.stories aria-labelledby="stories" {
            h2 #stories { "Choose a story" }
            div.groups { @for group in &GROUPS { (stories(group)) } }
        }
        @if problem.is_none() {
            (form(entry, false))
        }
    };
    page(if problem.is_some() { "This could not be read" } else { "Choose a patient" }, &content)
}

fn stories(group: &Group) -> Markup {
    html! {
        div.group {
            h3 { (group.question) }
            ul { @for story in group.stories { li { (link(story)) } } }
        }
    }
}

fn link(story: &Story) -> Markup {
    html! {
        a href={ "/?story=" (story.name) } { (story.title()) }
        p { (story.case().who) }
    }
}

/// Where a record is pasted.
pub(super) fn form(entry: Entry<'_>, wrong: bool) -> Markup {
    html! {
        section.paste aria-labelledby="paste" {
            h2 #paste { "Paste a record" }
            form method="post" action="/" {
                label for="record" { "One patient's record: a FHIR R4 Bundle, a resource, NDJSON, or a CDS Hooks request" }
                textarea #record name="record" rows="8" spellcheck="false" autocomplete="off" required aria-invalid=[wrong.then_some("true")]
                    aria-describedby=[wrong.then_some("problem")] { "\n" (entry.record) }
                p.file hidden { label for="file" { "Or take it from a file" } input #file type="file" accept=".json,.ndjson,application/json"; }
                p {
                    label for="as_of" { "Day of assessment" }
                    input #as_of type="date" name="as_of" value=(entry.as_of);
                    span.hint { "Left empty: the day that a hook request names, else today" }
                }
                button type="submit" { "Show what Trialwise says" }
            }
            p.hint { "It stays on this machine: nothing is kept, and nothing is sent anywhere else." }
        }
    }
}
