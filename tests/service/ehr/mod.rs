//! An EHR: it has charts, asks for discovery first, resolves the templates as the public sandbox does, signs every call, and posts
//! feedback.

mod chart;
pub mod fhir;
mod template;
mod token;

use std::sync::Arc;

use reqwest::Method;
use reqwest::blocking::RequestBuilder;
use serde_json::{Value, json};

pub use chart::Chart;
pub use template::resolved;
pub use token::Signer;

use super::checked::{Answered, faults};
use super::client;

/// Where browser calls come from.
const ORIGIN: &str = "https://ehr.example.org";

/// An EHR that calls one service.
pub struct Ehr {
    /// Where the services are.
    base: String,
    /// Where they say they are, for which tokens are.
    public: String,
    signer: Arc<Signer>,
    chart: Chart,
    services: Vec<Value>,
}

/// The user who looks.
const USER: &str = "Practitioner/COREPRACTITIONER1";

impl Ehr {
    /// One that has found the services below this URL. Nobody knows its key.
    pub fn discovering(base: &str, chart: Chart) -> Ehr {
        Ehr::signing(base, base, Arc::new(Signer::new(ORIGIN)), chart)
    }

    /// One that has found the services below this URL, with tokens for what they call themselves.
    pub fn signing(base: &str, public: &str, signer: Arc<Signer>, chart: Chart) -> Ehr {
        let below = |url: &str| format!("{url}/cds-services");
        let mut ehr = Ehr { base: below(base), public: below(public), signer, chart, services: Vec::new() };
        let discovery = Answered::from(ehr.signed(Method::GET, "").send().expect("an answer"));
        assert_eq!(discovery.status(), 200);
        let discovery: Value = discovery.json().expect("JSON");
        ehr.services = discovery["services"].as_array().expect("an array").clone();
        assert!(!ehr.services.is_empty(), "an EHR takes no services for a failure");
        ehr
    }

    pub fn services(&self) -> &[Value] {
        &self.services
    }

    /// A request to this path below discovery, signed for exactly its URL.
    fn signed(&self, method: Method, path: &str) -> RequestBuilder {
        let token = self.signer.token(&format!("{}{path}", self.public));
        client()
            .request(method, format!("{}{path}", self.base))
            .header("Origin", ORIGIN)
            .header("Accept", "application/json")
            .bearer_auth(token)
    }

    fn service(&self, hook: &str) -> &Value {
        self.services.iter().find(|service| service["hook"] == hook).expect("a service of the hook")
    }

    /// What would be sent to the service of this hook, with what the chart has for its templates.
    pub fn request(&self, hook: &str) -> Value {
        let mut context = json!({ "userId": USER, "patientId": self.chart.patient() });
        if hook != "patient-view" {
            context["draftOrders"] = json!({ "resourceType": "Bundle", "entry": [] });
        }
        if hook == "order-select" {
            context["selections"] = json!([]);
        }
        let templates = self.service(hook)["prefetch"].as_object().expect("templates");
        let prefetch: Value = templates
            .iter()
            .filter_map(|(key, template)| {
                let query = resolved(template.as_str().expect("text"), &context)?;
                Some((key.clone(), self.chart.answer(&query)))
            })
            .collect();
        json!({
            "hookInstance": uuid::Uuid::new_v4().to_string(), "hook": hook, "fhirServer": "https://fhir.ehr.example.org/r4",
            "context": context, "prefetch": prefetch, "extension": { "org.trialwise.as-of": "2026-03-02" },
        })
    }

    /// Calls the service of the hook that the request names.
    #[track_caller]
    pub fn call(&self, request: &Value) -> Answered {
        let hook = request["hook"].as_str().expect("a hook");
        let path = format!("/{}", self.service(hook)["id"].as_str().expect("an id"));
        let answered = Answered::from(self.signed(Method::POST, &path).json(request).send().expect("an answer"));
        if answered.status() == 200 {
            let faults = faults(&answered.json().expect("JSON"));
            assert!(faults.is_empty(), "{faults:#?}");
        }
        answered
    }

    /// The cards for the request.
    #[track_caller]
    pub fn cards(&self, request: &Value) -> Vec<Value> {
        let answered = self.call(request);
        assert_eq!(answered.status(), 200, "{}", String::from_utf8_lossy(answered.bytes()));
        let answer: Value = answered.json().expect("JSON");
        answer["cards"].as_array().expect("cards").clone()
    }

    /// Tells the service of the hook what became of cards.
    pub fn tell(&self, hook: &str, feedback: &Value) -> Answered {
        let path = format!("/{}/feedback", self.service(hook)["id"].as_str().expect("an id"));
        self.signed(Method::POST, &path).json(feedback).send().expect("an answer").into()
    }
}
