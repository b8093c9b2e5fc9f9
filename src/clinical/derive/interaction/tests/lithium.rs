use super::*;

// rule 9.2/lithium-level: speaks
// rule 9.2/lithium-level: silent
#[test]
fn a_lithium_level_may_be_toxic() {
    let level = |mmol, ago, years, beside: Option<&str>| {
        let drugs = [Some(now("lithium", 600.0)), beside.map(|name| now(name, 10.0))];
        let change = |record: &mut Chart| {
            aged(years)(record);
            record.measurements = vec![result(Instrument::LithiumLevel, mmol, ago)];
        };
        of_row(&judged_with(drugs.into_iter().flatten().collect(), change), "lithium-level")
    };
    let critical = vec![Severity::Critical];
    assert_eq!((level(1.5, 14, 40, None), level(1.49, 14, 40, None), level(1.5, 15, 40, None)), (critical.clone(), vec![], vec![]));
    assert_eq!((level(1.2, 5, 65, None), level(1.2, 5, 64, None), level(1.19, 5, 65, None)), (critical.clone(), vec![], vec![]));
    assert_eq!((level(1.2, 5, 40, Some("ibuprofen")), level(1.2, 5, 40, Some("furosemide"))), (critical, vec![]));
    let ageless = judged_with(vec![now("lithium", 600.0)], |record| {
        record.patient.as_mut().expect("a patient").birth = None;
        record.measurements = vec![result(Instrument::LithiumLevel, 1.3, 5)];
    });
    assert_eq!(unchecked(&ageless, "lithium-level"), ["age"]);
    let unlisted = judged_with(Vec::new(), |record| record.measurements = vec![result(Instrument::LithiumLevel, 1.6, 5)]);
    assert_eq!(unlisted.interactions[0].drugs, ["lithium"]);
    assert!(unlisted.interactions[0].reason.starts_with("Lithium 1.6 mmol/L on 2026-02-25: possible toxicity"));
}

// rule 9.2/lithium-kidney: speaks
// rule 9.2/lithium-kidney: silent
#[test]
fn lithium_is_reviewed_with_a_low_or_falling_egfr() {
    let id = "lithium-kidney";
    let with = |results: Vec<Measurement>| judged_with(vec![now("lithium", 600.0)], |record| record.measurements = results);
    let egfr = |value, ago| result(Instrument::Egfr, value, ago);
    assert_eq!(of_row(&with(vec![egfr(29.0, 5)]), id), [Severity::Warning]);
    let low = with(vec![egfr(30.0, 5)]);
    assert_eq!((of_row(&low, id), unchecked(&low, id)), (vec![], vec!["eGFR at the start of lithium".to_owned()]));
    assert_eq!(of_row(&with(vec![egfr(80.0, 62), egfr(60.0, 5)]), id), [Severity::Warning]);
    assert_eq!(of_row(&with(vec![egfr(80.0, 62), egfr(61.0, 5)]), id), []);
    assert_eq!(of_row(&with(vec![egfr(80.0, 60 + 91), egfr(60.0, 5)]), id), [], "no baseline that counts");
    assert_eq!(unchecked(&with(vec![]), id), ["eGFR"]);
    let none = judged_with(vec![now("sertraline", 50.0)], |record| record.measurements = vec![egfr(20.0, 5)]);
    assert_eq!(found(&none), []);
}
