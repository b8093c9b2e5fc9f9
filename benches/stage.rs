//! The three stages of a call, apart: body to chart, chart to assessment, assessment to the bytes of the answer.

use std::cell::Cell;

use trialwise::clinical::cards::{Allowance, Memory, Occasion, Situation, cards};
use trialwise::clinical::chart::Chart;
use trialwise::clinical::derive::{Assessment, assess};
use trialwise::clinical::knowledge::Knowledge;
use trialwise::clinical::units::Day;
use trialwise::fhir::{Answer, Reader};
use trialwise::hooks::{CardDialect, HookRequest, Services};
use trialwise::server::{Judged, wire};

/// What the stages go by.
pub struct Stages {
    services: Services,
    knowledge: &'static Knowledge,
    as_of: Day,
}

impl Stages {
    /// With the knowledge that is built in, on this day.
    pub fn on(as_of: Day) -> Stages {
        Stages { services: Services::builtin().expect("the services are sound"), knowledge: Knowledge::builtin(), as_of }
    }

    /// Reading: body to chart.
    pub fn chart(&self, body: &[u8]) -> Chart {
        let request = HookRequest::parse(body, Answer::within(&Cell::new(usize::MAX))).expect("a request");
        let definition = self.services.for_hook(&request.hook).expect("a hook of ours");
        let mut reader = Reader::new(self.knowledge, self.as_of);
        reader.expect_patient(&request.patient_id);
        for (key, need) in &definition.needs {
            match request.prefetch.get(key.as_str()) {
                Some(sent) => reader.add_prefetch(key, &need.answers, sent),
                None => reader.missing_prefetch(key, need.resource_type(), &need.answers),
            }
        }
        reader.finish().expect("a chart")
    }

    /// Deriving: chart to assessment.
    pub fn assessment(&self, chart: &Chart) -> Assessment {
        assess(chart, self.knowledge, self.as_of)
    }

    /// Card writing: assessment to the bytes of the answer.
    pub fn response(&self, judged: &mut Judged) -> Vec<u8> {
        let situation = Situation {
            assessment: &judged.assessment,
            knowledge: self.knowledge,
            occasion: Occasion::ChartOpened,
            memory: Memory::NONE,
            allowance: Allowance::default(),
        };
        judged.cards = cards(situation);
        let response = wire(judged, self.knowledge, CardDialect::default());
        serde_json::to_vec(&response).expect("cards have text keys only")
    }

    /// A chart and its assessment, without cards yet.
    pub fn judged(&self, chart: Chart) -> Judged {
        let assessment = self.assessment(&chart);
        Judged { chart, assessment, cards: Vec::new(), hook_instance: Some("d1577c69-dfbe-44ad-ba6d-3e05e953b2ea".to_owned()) }
    }

    /// All three: body to the bytes of the answer.
    pub fn answer(&self, body: &[u8]) -> Vec<u8> {
        self.response(&mut self.judged(self.chart(body)))
    }
}
