//! What a Bundle says beside its resources.

use super::answer::Answer;
use super::view::{Coding, Concept, Text, view};

view! {
    /// A Bundle from outside.
    BundleView<'a> {
        link: Vec<Link<'a>> = "link",
    }
}

view! {
    Link<'a> {
        relation: Option<Text<'a>> = "relation",
        url: Option<Text<'a>> = "url",
    }
}

view! {
    /// What was asked for.
    Request<'a> {
        url: Option<Text<'a>> = "url",
    }
}

view! {
    /// What was answered.
    Response<'a> {
        status: Option<Text<'a>> = "status",
        location: Option<Text<'a>> = "location",
        outcome: Option<OutcomeView<'a>> = "outcome",
    }
}

view! {
    /// An OperationOutcome.
    OutcomeView<'a> {
        issue: Vec<Issue<'a>> = "issue",
    }
}

view! {
    Issue<'a> {
        severity: Option<Text<'a>> = "severity",
        code: Option<Text<'a>> = "code",
        details: Option<Concept<'a>> = "details",
    }
}

/// What an OperationOutcome comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Said {
    /// Something could not be had.
    Error,
    /// Not all is there.
    Withheld,
    /// Nothing that matters.
    Nothing,
}

impl OutcomeView<'_> {
    /// What it comes to. One that tells of no issue is taken for an error.
    pub(super) fn said(&self) -> Said {
        let error = |issue: &Issue<'_>| matches!(issue.severity.as_deref(), Some("error" | "fatal"));
        let withheld = |issue: &Issue<'_>| matches!(issue.code.as_deref(), Some("incomplete" | "suppressed" | "too-costly" | "timeout"));
        if self.issue.is_empty() || self.issue.iter().any(error) {
            Said::Error
        } else if self.issue.iter().any(|issue| withheld(issue) || issue.details.as_ref().is_some_and(is_withheld)) {
            Said::Withheld
        } else {
            Said::Nothing
        }
    }
}

fn is_withheld(details: &Concept<'_>) -> bool {
    let code = |coding: &Coding<'_>| matches!(coding.code.as_deref(), Some("4119" | "59204" | "59205"));
    details.coding.iter().any(code)
}

impl Answer<'_> {
    /// Puts down what an OperationOutcome said of what was asked.
    pub(super) fn say(&mut self, said: Said, asked: Option<String>) {
        match said {
            Said::Error => self.errors.push(asked),
            Said::Withheld => self.partial += 1,
            Said::Nothing => {}
        }
    }
}

/// The URL a Bundle or an entry says it answers.
pub(super) fn url_of<'l>(links: &'l [Link<'_>]) -> Option<&'l str> {
    links.iter().find(|link| link.relation.as_deref() == Some("self")).and_then(|link| link.url.as_deref())
}
