//! Medications that records refer to: looked up in batches, with a bound.

use std::collections::BTreeSet;

use futures_util::{StreamExt, stream};

use super::ask::Line;
use super::failure::Failure;
use super::gathered::{Fetched, Medications, pages};
use super::query::Query;
use super::server::Base;
use crate::fhir::{Answer, Wanted, medication_id, medication_ids};

/// Looks up what is wanted: by `_id` as many at a time as the server takes, one by one where it refuses that.
pub(super) async fn look_up(line: &Line<'_>, wanted: &[Wanted]) -> Medications {
    let dialect = &line.server.dialect;
    let mut found = Medications::default();
    let mut unnamed: BTreeSet<&str> = BTreeSet::new();
    let mut ids: Vec<&str> = Vec::new();
    for Wanted { named, reference } in wanted {
        let id = id_below(&line.server.base, reference);
        if !named {
            unnamed.insert(id.unwrap_or(reference));
        }
        match id {
            None => found.failure = Some(Failure::Elsewhere),
            Some(id) if ids.contains(&id) => {}
            Some(_) if ids.len() >= dialect.max_medications.size() => found.failure = Some(Failure::TooManyMedications),
            Some(id) => ids.push(id),
        }
    }
    let batches = ids.chunks(dialect.medications_per_request.size().max(1));
    let answers: Vec<_> = stream::iter(batches).map(|batch| batch_of(line, batch)).buffer_unordered(parallel(line)).collect().await;
    for (pages, failure) in answers {
        found.pages.extend(pages);
        found.failure = failure.or(found.failure);
    }
    for page in &found.pages {
        for id in Answer::of(page).map(|answer| medication_ids(&answer)).unwrap_or_default() {
            unnamed.remove(id.as_str());
        }
    }
    found.unnamed = unnamed.len();
    found
}

fn parallel(line: &Line<'_>) -> usize {
    line.server.dialect.parallel.size()
}

/// The id of a Medication of this server; an absolute reference has to lie below its base.
pub(super) fn id_below<'a>(base: &Base, reference: &'a str) -> Option<&'a str> {
    let id = medication_id(reference)?;
    let here = match url::Url::parse(reference) {
        Ok(url) => base.covers(&url),
        Err(_) => reference.split('/').count() == 2,
    };
    here.then_some(id)
}

async fn batch_of(line: &Line<'_>, ids: &[&str]) -> (Vec<Vec<u8>>, Option<Failure>) {
    let server = line.server;
    if ids.len() > 1 {
        let Some(query) = Query::medications(&server.base, ids, &server.dialect) else { return (Vec::new(), Some(Failure::Elsewhere)) };
        let Fetched { pages, failure } = pages(line, &query).await;
        if !pages.is_empty() || !failure.is_some_and(Failure::is_refusal) {
            return (pages, failure);
        }
    }
    let single = async |id: &&str| {
        let query = Query::medication(&server.base, id, &server.dialect).ok_or(Failure::Elsewhere)?;
        line.ask(&query).await.map(|(body, _)| body)
    };
    let answers: Vec<_> = stream::iter(ids).map(single).buffer_unordered(parallel(line)).collect().await;
    let mut pages = Vec::new();
    let mut last = None;
    for answer in answers {
        match answer {
            Ok(body) => pages.push(body),
            Err(failure) => last = Some(failure),
        }
    }
    (pages, last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_medications_of_this_server_are_looked_up() {
        let base = Base::parse("https://fhir.example.org/r4").expect("a base");
        for (reference, id) in [
            ("Medication/a", Some("a")),
            ("https://fhir.example.org/r4/Medication/a", Some("a")),
            ("https://fhir.example.org:443/r4/Medication/a", Some("a")),
            ("https://evil.example/r4/Medication/a", None),
            ("https://fhir.example.org/other/Medication/a", None),
            ("//evil.example/Medication/a", None),
            ("x/Medication/a", None),
            ("urn:uuid:1", None),
        ] {
            assert_eq!(id_below(&base, reference), id, "{reference}");
        }
    }
}
