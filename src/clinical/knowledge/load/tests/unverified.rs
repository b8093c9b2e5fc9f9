use super::*;
use crate::clinical::knowledge::Unverified;
use crate::clinical::units::{ConditionGroup, Instrument, Meaning};

fn of<'a>(knowledge: &'a Knowledge, file: &str) -> &'a [&'static str] {
    knowledge.unverified().iter().find(|found| found.file == file).map_or(&[], |Unverified { names, .. }| names)
}

#[test]
fn a_row_without_a_verified_code_is_matched_by_its_names_alone() {
    let aims = builtin().observation_named("AIMS total score").expect("an observation known by its name");
    assert_eq!((aims.instrument, aims.loinc), (Instrument::Aims, ""));
    assert!(builtin().loinc_of(Instrument::Aims).is_none());
    assert_eq!(of(builtin(), "observations.csv").len(), 7);
    assert_eq!(of(builtin(), "drugs.csv"), ["apalutamide", "cariprazine", "enzalutamide", "safinamide", "solriamfetol"]);
}

#[test]
fn a_code_in_a_row_that_says_it_has_none_is_a_defect() {
    let line = |code: &str, confidence: &str| format!("newdrug,{code},,Newbrand,a source,{confidence}");
    assert_eq!(defects_of_line("drugs.csv", &line("", "not verified")), [""; 0]);
    assert_eq!(defects_of_line("drugs.csv", &line("999999991", "memory")), [""; 0]);
    assert_eq!(
        defects_of_line("drugs.csv", &line("999999991", "not verified")),
        ["code 999999991 stands in a row that says it has no verified code: leave it empty, or say where it was checked"]
    );
}

#[test]
fn a_row_without_a_verified_code_needs_words() {
    let line = |display: &str| format!("answer.yes,local,YES1,exact,{display},a source,memory");
    assert_eq!(defects_of_line("meanings.csv", &line("affirmed")), [""; 0]);
    assert_eq!(defects_of_line("meanings.csv", &line("")), ["a row without a verified code is matched by its words, and has none"]);
}

// rule 3.6/unverified-row: speaks
// rule 3.6/unverified-row: silent
#[test]
fn a_code_from_memory_matches_nothing_and_its_words_do() {
    let with = |confidence: &str| {
        let site = format!(
            "[[condition]]\ngroup = \"hospice\"\nsystem = \"snomed\"\ncode = \"999999991\"\nmatch = \"exact\"\ndisplay = \"our hospice\"\nsource = \"ours\"\nconfidence = \"{confidence}\"\n\
             [[meaning]]\nmeaning = \"procedure.ect\"\nsystem = \"local\"\ncode = \"E1\"\nmatch = \"exact\"\ndisplay = \"shock treatment;Elektrokrampf\"\nsource = \"ours\"\nconfidence = \"{confidence}\"\n\
             [[drug]]\ndrug = \"newdrug\"\nrxnorm = \"999999992\"\nsource = \"ours\"\nconfidence = \"{confidence}\"\n\
             [[observation]]\nid = \"madrs\"\nsystem = \"other\"\ncode = \"M1\"\ndisplay = \"ours\"\nnames = \"our scale\"\nunit_optional = \"yes\"\nsource = \"ours\"\nconfidence = \"{confidence}\"\n\
             [[product]]\nrxcui = \"999999993\"\nname = \"newdrug 5 MG\"\ndrugs = \"newdrug\"\nstrengths = \"5\"\nform = \"immediate\"\nuse = \"ordinary\"\nsource = \"ours\"\nconfidence = \"{confidence}\"\n"
        );
        with_site(&site).unwrap_or_else(|defects| panic!("{defects:?}"))
    };
    let code = |system, code| Code { system, code };
    let by_code = |knowledge: &Knowledge| {
        [
            knowledge.condition_groups([code(System::Snomed, "999999991")]).has(ConditionGroup::Hospice),
            knowledge.meaning("E1") == Some(Meaning::ProcedureEct),
            knowledge.ingredient(code(System::RxNorm, "999999992")).is_some(),
            knowledge.observation(code(System::Other, "M1")).is_some(),
            knowledge.product("999999993").is_some(),
        ]
    };
    let by_text = |knowledge: &Knowledge| {
        [
            knowledge.condition_groups_in(["in our hospice since May"]).has(ConditionGroup::Hospice),
            knowledge.meanings_in("Elektrokrampf, 3rd").eq([Meaning::ProcedureEct]),
        ]
    };
    let named =
        |knowledge: &Knowledge| knowledge.ingredient_named("newdrug").is_some() && knowledge.observation_named("our scale").is_some();
    let (checked, from_memory) = (with("high"), with("memory: check before sign-off"));
    assert_eq!((by_code(&checked), by_text(&checked), named(&checked)), ([true; 5], [false; 2], true));
    assert_eq!((by_code(&from_memory), by_text(&from_memory), named(&from_memory)), ([false; 5], [true; 2], true));
    assert!(of(&from_memory, "conditions.csv").contains(&"our hospice") && !of(&checked, "conditions.csv").contains(&"our hospice"));
}
