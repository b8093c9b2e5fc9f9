//! Prefetch templates, resolved as the public sandbox does.

use serde_json::{Value, json};

/// The query of a template; `None` where a token cannot be resolved, and then the key is dropped.
pub fn resolved(template: &str, context: &Value) -> Option<String> {
    let mut query = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once("{{") {
        let (token, after) = after.split_once("}}")?;
        query.push_str(before);
        query.push_str(&value(token.trim(), context)?);
        rest = after;
    }
    query.push_str(rest);
    Some(merged(&query))
}

/// What a token stands for: a primitive of the context, or the id of a user of that kind.
fn value(token: &str, context: &Value) -> Option<String> {
    let of_user = |kind: &str| context["userId"].as_str()?.strip_prefix(kind)?.strip_prefix('/').map(str::to_owned);
    match token {
        "userPractitionerId" => of_user("Practitioner"),
        "userPractitionerRoleId" => of_user("PractitionerRole"),
        "userPatientId" => of_user("Patient"),
        "userRelatedPersonId" => of_user("RelatedPerson"),
        _ => match &context[token.strip_prefix("context.")?] {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            Value::Null | Value::Array(_) | Value::Object(_) => None,
        },
    }
}

/// A parameter that stands twice becomes one list, so that both at once turns into either.
fn merged(query: &str) -> String {
    let Some((path, parameters)) = query.split_once('?') else { return query.to_owned() };
    let mut merged: Vec<(&str, String)> = Vec::new();
    for parameter in parameters.split('&') {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match merged.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => *values = format!("{values},{value}"),
            None => merged.push((name, value.to_owned())),
        }
    }
    let parameters: Vec<String> = merged.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{path}?{}", parameters.join("&"))
}

#[test]
fn templates_are_resolved_as_the_sandbox_does() {
    let context = json!({ "patientId": "p1", "userId": "PractitionerRole/r1", "draftOrders": {} });
    for (template, query) in [
        ("Patient/{{context.patientId}}", Some("Patient/p1")),
        ("PractitionerRole/{{userPractitionerRoleId}}", Some("PractitionerRole/r1")),
        ("Practitioner/{{userPractitionerId}}", None),
        ("Encounter/{{context.encounterId}}", None),
        ("Bundle/{{context.draftOrders}}", None),
        ("Patient/{{Patient.id}}", None),
        ("Observation?date=ge2025&patient={{context.patientId}}&date=le2026", Some("Observation?date=ge2025,le2026&patient=p1")),
    ] {
        assert_eq!(resolved(template, &context).as_deref(), query, "{template}");
    }
}
