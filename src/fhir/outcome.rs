//! OperationOutcome: what every refusal says of itself.

use fhirbolt::model::r4::resources;

/// An error that is told as an OperationOutcome. Its words name members and kinds of record, never their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// The kind of error, a code of FHIR's value set `issue-type`: `not-found`, `structure` ...
    pub code: &'static str,
    /// What the caller can act on.
    pub diagnostics: String,
    /// Which element or member it is about: `context.patientId`.
    pub expression: Option<String>,
}

impl Outcome {
    /// The resource as FHIR JSON.
    pub fn to_json(&self) -> Vec<u8> {
        let issue = resources::OperationOutcomeIssue {
            severity: "error".into(),
            code: self.code.into(),
            diagnostics: Some(self.diagnostics.as_str().into()),
            expression: self.expression.iter().map(|member| member.as_str().into()).collect(),
            ..Default::default()
        };
        let outcome = resources::OperationOutcome { issue: vec![issue], ..Default::default() };
        fhirbolt::json::to_vec(&outcome, None).expect("a resource made of text alone can be written as JSON")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_has_its_type_and_no_empty_members() {
        let outcome = Outcome { code: "not-found", diagnostics: "no such service".into(), expression: None };
        let json: serde_json::Value = serde_json::from_slice(&outcome.to_json()).expect("JSON");
        let expected = serde_json::json!({
            "resourceType": "OperationOutcome",
            "issue": [{ "severity": "error", "code": "not-found", "diagnostics": "no such service" }],
        });
        assert_eq!(json, expected);
    }

    #[test]
    fn the_member_in_question_is_named() {
        let outcome = Outcome { code: "required", diagnostics: "missing".into(), expression: Some("context.patientId".into()) };
        let json: serde_json::Value = serde_json::from_slice(&outcome.to_json()).expect("JSON");
        assert_eq!(json["issue"][0]["expression"], serde_json::json!(["context.patientId"]));
    }
}
