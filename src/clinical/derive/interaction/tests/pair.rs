use super::*;

// rule 9.2/opioid: speaks
// rule 9.2/opioid: silent
// rule 9.2/supplement: speaks
// rule 9.2/supplement: silent
// rule 9.2/tramadol: speaks
// rule 9.2/tramadol: silent
// rule 9.2/cyp2d6-tca: speaks
// rule 9.2/cyp2d6-tca: silent
// rule 9.2/tamoxifen: speaks
// rule 9.2/tamoxifen: silent
// rule 9.2/cyp3a4-gepirone: speaks
// rule 9.2/cyp3a4-gepirone: silent
// rule 9.2/cyp3a4-quetiapine: speaks
// rule 9.2/cyp3a4-quetiapine: silent
// rule 9.2/fluvoxamine: speaks
// rule 9.2/fluvoxamine: silent
// rule 9.2/lithium-interaction: speaks
// rule 9.2/lithium-interaction: silent
// rule 9.2/taken: speaks
// rule 9.2/taken: silent
#[test]
fn a_pair_is_told_while_both_are_taken_with_the_grace() {
    use Severity::*;
    for (a, b, id, severity) in [
        ("sertraline", "methadone", "opioid-with-reuptake-inhibitor", Warning),
        ("vilazodone", "meperidine", "opioid-with-reuptake-inhibitor", Warning),
        ("sertraline", "tryptophan", "supplement-with-reuptake-inhibitor", Warning),
        ("nortriptyline", "tramadol", "tramadol-with-antidepressant", Warning),
        ("bupropion", "tramadol", "tramadol-with-antidepressant", Warning),
        ("nortriptyline", "terbinafine", "cyp2d6-with-tca", Warning),
        ("paroxetine", "tamoxifen", "cyp2d6-with-tamoxifen", Warning),
        ("dextromethorphan-bupropion", "tamoxifen", "cyp2d6-with-tamoxifen", Warning),
        ("gepirone", "ketoconazole", "cyp3a4-with-gepirone", Warning),
        ("quetiapine", "ketoconazole", "cyp3a4-with-quetiapine", Warning),
        ("fluvoxamine", "tizanidine", "fluvoxamine-with-tizanidine", Critical),
        ("fluvoxamine", "clozapine", "fluvoxamine-with-clozapine", Warning),
        ("lithium", "lisinopril", "lithium-interaction", Warning),
        ("lithium", "ibuprofen", "lithium-interaction", Warning),
        ("lithium", "losartan", "lithium-interaction", Warning),
        ("lithium", "hydrochlorothiazide", "lithium-interaction", Warning),
    ] {
        let until = |days_ago| judged(vec![now(a, 10.0), ended(b, 10.0, days_ago)]);
        assert_eq!(of_row(&until(14), id), [severity], "{a} with {b}");
        assert_eq!(of_row(&until(15), id), [], "{a} with {b}");
    }
    let both = |a, b| judged(vec![now(a, 10.0), now(b, 10.0)]);
    for (b, id, severity) in
        [("agomelatine", "fluvoxamine-with-agomelatine", Critical), ("duloxetine", "fluvoxamine-with-duloxetine", Warning)]
    {
        assert_eq!(of_row(&both("fluvoxamine", b), id), [severity]);
        assert_eq!(of_row(&both("sertraline", b), id), []);
    }
    assert!(both("fluvoxamine", "agomelatine").interactions.iter().any(|found| found.contraindicated));
    assert_eq!(of_row(&both("duloxetine", "nortriptyline"), "cyp2d6-with-tca"), [], "a moderate inhibitor");
    assert_eq!(of_row(&both("quinidine", "tamoxifen"), "cyp2d6-with-tamoxifen"), [], "not ours");
}

// rule 9.2/opioid-line: speaks
// rule 9.2/opioid-line: silent
// rule 9.2/cyp2d6-aripiprazole-line: speaks
// rule 9.2/cyp2d6-aripiprazole-line: silent
// rule 9.2/brexpiprazole: speaks
// rule 9.2/brexpiprazole: silent
// rule 9.2/inducer: speaks
// rule 9.2/inducer: silent
// rule 9.2/lithium-line: speaks
// rule 9.2/lithium-line: silent
// rule 9.2/bleeding: speaks
// rule 9.2/bleeding: silent
#[test]
fn lines_raise_nothing() {
    for (a, b, other, id) in [
        ("sertraline", "fentanyl", "oxycodone", "opioid-line-with-reuptake-inhibitor"),
        ("aripiprazole", "paroxetine", "sertraline", "cyp2d6-with-aripiprazole"),
        ("brexpiprazole", "ketoconazole", "paroxetine", "cyp3a4-with-brexpiprazole"),
        ("sertraline", "carbamazepine", "valproate", "inducer-with-antidepressant"),
        ("lithium", "furosemide", "metoprolol", "lithium-interaction-line"),
        ("sertraline", "warfarin", "metoprolol", "bleeding-with-reuptake-inhibitor"),
        ("duloxetine", "aspirin", "metoprolol", "bleeding-with-reuptake-inhibitor"),
    ] {
        let with = |b| judged(vec![now(a, 2.0), now(b, 2.0)]);
        let told = with(b);
        assert!(lines(&told).contains(&id), "{a} with {b}: {:?}", lines(&told));
        assert_eq!(of_row(&told, id), [], "{a} with {b}");
        assert!(!lines(&with(other)).contains(&id), "{a} with {other}");
    }
}

// rule 9.2/triptan: silent
#[test]
fn a_triptan_or_ondansetron_beside_a_reuptake_inhibitor_raises_no_card() {
    assert_eq!(found(&judged(vec![now("sertraline", 50.0), now("sumatriptan", 50.0)])), []);
    assert_eq!(found(&judged(vec![now("venlafaxine", 150.0), now("ondansetron", 4.0)])), []);
}

// rule 9.2/triptan: speaks
#[test]
fn a_triptan_beside_a_full_mao_inhibitor_is_another_row() {
    assert_eq!(found(&judged(vec![now("phenelzine", 45.0), now("sumatriptan", 50.0)])).len(), 1);
}

#[test]
fn one_entry_stands_for_a_row_and_pair_and_the_order_is_always_the_same() {
    let mut text = now("sertraline", 50.0);
    text.source = SourceRef::new("MedicationDispense/text");
    text.medicine.recognition = Recognition::Text;
    let one = judged(vec![now("sertraline", 50.0), text.clone(), now("phenelzine", 45.0), now("tramadol", 50.0)]);
    let other = judged(vec![now("tramadol", 50.0), now("phenelzine", 45.0), text, now("sertraline", 50.0)]);
    assert_eq!(one.interactions, other.interactions);
    assert_eq!(of_row(&one, "maoi-to-antidepressant").len() + of_row(&one, "maoi-contraindicated").len(), 2, "{:#?}", one.interactions);
    assert!(one.interactions.iter().all(|found| !found.text_entry), "known by code before known by text");
    let mut known_by_text = now("sertraline", 50.0);
    known_by_text.source = SourceRef::new("MedicationDispense/a-text");
    known_by_text.medicine.recognition = Recognition::Text;
    let alone = judged(vec![known_by_text.clone(), now("methadone", 10.0)]);
    let twice = judged(vec![known_by_text, now("sertraline", 50.0), now("methadone", 10.0)]);
    let text_entries = |assessment: &Assessment| assessment.interactions.iter().map(|found| found.text_entry).collect::<Vec<_>>();
    assert_eq!((text_entries(&alone), text_entries(&twice)), (vec![true], vec![false]));
}

// rule 9.2/taken: silent
#[test]
fn an_antidepressant_whose_place_another_took_is_no_longer_taken() {
    let with = |second: Vec<MedicationRecord>| {
        let drugs = vec![ended("paroxetine", 20.0, 5), now("tamoxifen", 20.0)];
        of_row(&judged([drugs, second].concat()), "cyp2d6-with-tamoxifen")
    };
    assert_eq!((with(Vec::new()), with(vec![begun("escitalopram", 10.0, 4)])), (vec![Severity::Warning], vec![]));
}
