use super::super::sample::*;
use super::super::score::scores;
use super::super::taken::taken;
use super::super::{Assessment, assess};
use super::*;
use crate::clinical::chart::{Chart, Component, Extent, Kind, Measurement, MedicationRecord, Recognition, Sex, Value};
use crate::clinical::knowledge::Knowledge;
use crate::clinical::units::{ConditionGroup, Days, Form, Instrument, Moment, ProductUse, Strength, When};

fn today() -> Day {
    day(TODAY)
}

/// Taken since the new year, beyond today.
fn now(name: &str, mg: f64) -> MedicationRecord {
    dispensed(name, name, mg, "2026-01-01", 90)
}

/// Taken since the new year; the last covered day lies so many days ago.
fn ended(name: &str, mg: f64, days_ago: Days) -> MedicationRecord {
    dispensed(name, name, mg, "2026-01-01", today() - days_ago - day("2026-01-01") + 1)
}

/// Begun so many days ago, beyond today.
fn begun(name: &str, mg: f64, days_ago: Days) -> MedicationRecord {
    dispensed(&format!("new-{name}"), name, mg, &(today() - days_ago).to_string(), 90)
}

fn judged(medications: Vec<MedicationRecord>) -> Assessment {
    judged_with(medications, |_| ())
}

fn judged_with(medications: Vec<MedicationRecord>, change: impl FnOnce(&mut Chart)) -> Assessment {
    let mut record = chart(medications, Vec::new());
    change(&mut record);
    assess(&record, Knowledge::builtin(), today())
}

fn found(assessment: &Assessment) -> Vec<(&'static str, Severity)> {
    assessment.interactions.iter().map(|found| (found.id, found.severity)).collect()
}

fn of_row(assessment: &Assessment, id: &str) -> Vec<Severity> {
    assessment.interactions.iter().filter(|found| found.id == id).map(|found| found.severity).collect()
}

fn lines(assessment: &Assessment) -> Vec<&'static str> {
    assessment.interaction_lines.iter().map(|line| line.id).collect()
}

fn unchecked(assessment: &Assessment, id: &str) -> Vec<String> {
    assessment.interactions_not_checked.iter().filter(|row| row.id == id).map(|row| row.what.clone()).collect()
}

fn aged(years: i32) -> impl Fn(&mut Chart) {
    move |record| record.patient.as_mut().expect("a patient").birth = Some(When::on(today().plus_years(-years)))
}

fn result(instrument: Instrument, value: f64, days_ago: Days) -> Measurement {
    Measurement {
        instrument,
        at: Moment { day: today() - days_ago, second: None },
        source: SourceRef::new(format!("Observation/{}-{days_ago}", instrument.word())),
        value: Value::Number(value),
        upper_limit: None,
        finished: true,
    }
}

/// What the rows say of an option.
fn option(record: &Chart, name: &str, without: Option<&str>) -> Interactions {
    let knowledge = Knowledge::builtin();
    let assessment = assess(record, knowledge, today());
    let (scores, taken) = (scores(record, today()), taken(record, knowledge, today()));
    let ground = Ground {
        chart: record,
        knowledge,
        as_of: today(),
        age: assessment.patient.age_years,
        taken: &taken,
        scores: &scores,
        episode: assessment.episode.as_ref(),
        trials: &assessment.trials,
        current: assessment.current_trial,
        counted: &assessment.counted_failures,
        augmentation: &assessment.augmentation,
        courses: &assessment.courses,
    };
    with_option(&ground, drug(name), without.map(drug))
}

// rule 9.1/maoi-to-antidepressant: speaks
// rule 9.1/maoi-to-antidepressant: silent
// rule 9.1/maoi-to-maoi: speaks
// rule 9.1/maoi-to-maoi: silent
// rule 9.1/antidepressant-to-maoi: speaks
// rule 9.1/antidepressant-to-maoi: silent
// rule 9.1/fluoxetine-to-maoi: speaks
// rule 9.1/fluoxetine-to-maoi: silent
// rule 9.1/vortioxetine-to-maoi: speaks
// rule 9.1/vortioxetine-to-maoi: silent
// rule 9.1/moclobemide-to-other: speaks
// rule 9.1/moclobemide-to-other: silent
// rule 9.1/linezolid-to-antidepressant: speaks
// rule 9.1/linezolid-to-antidepressant: silent
// rule 9.1/maoi-contraindicated: speaks
// rule 9.1/maoi-contraindicated: silent
#[test]
fn a_window_needs_all_its_free_days_and_one_fewer_is_critical() {
    for (first, second, free, id) in [
        ("phenelzine", "sertraline", 14, "maoi-to-antidepressant"),
        ("isocarboxazid", "trazodone", 14, "maoi-to-antidepressant"),
        ("tranylcypromine", "st john's wort", 14, "maoi-to-antidepressant"),
        ("phenelzine", "tranylcypromine", 14, "maoi-to-maoi"),
        ("mirtazapine", "phenelzine", 14, "antidepressant-to-maoi"),
        ("bupropion", "moclobemide", 14, "antidepressant-to-maoi"),
        ("fluoxetine", "phenelzine", 35, "fluoxetine-to-maoi"),
        ("vortioxetine", "phenelzine", 21, "vortioxetine-to-maoi"),
        ("moclobemide", "sertraline", 1, "moclobemide-to-other"),
        ("linezolid", "sertraline", 1, "linezolid-to-antidepressant"),
        ("phenelzine", "pseudoephedrine", 14, "maoi-contraindicated"),
        ("phenelzine", "methylphenidate", 14, "maoi-contraindicated"),
    ] {
        let after = |days: Days| judged(vec![ended(first, 30.0, days + 1), begun(second, 30.0, 0)]);
        assert_eq!(found(&after(free - 1)), [(id, Severity::Critical)], "{first} to {second}");
        assert_eq!(found(&after(free)), [], "{first} to {second}");
    }
}

// rule 9.1/venlafaxine-to-maoi: speaks
// rule 9.1/venlafaxine-to-maoi: silent
// rule 9.1/duloxetine-to-maoi: speaks
// rule 9.1/duloxetine-to-maoi: silent
#[test]
fn from_the_days_of_the_label_on_a_window_is_a_warning() {
    for (first, label, id) in
        [("venlafaxine", 7, "venlafaxine-to-maoi"), ("desvenlafaxine", 7, "venlafaxine-to-maoi"), ("duloxetine", 5, "duloxetine-to-maoi")]
    {
        let after = |days: Days| judged(vec![ended(first, 75.0, days + 1), begun("phenelzine", 45.0, 0)]);
        assert_eq!(found(&after(label - 1)), [(id, Severity::Critical)], "{first}");
        assert_eq!(found(&after(label)), [(id, Severity::Warning)], "{first}");
        assert!(after(label).interactions[0].reason.contains(&format!("(label {label})")));
        assert_eq!(found(&after(13)), [(id, Severity::Warning)], "{first}");
        assert_eq!(found(&after(14)), [], "{first}");
    }
}

// rule 9.1/history: speaks
// rule 9.1/history: silent
#[test]
fn a_window_is_history_once_today_lies_beyond_it() {
    let stopped = |days_ago| judged(vec![ended("phenelzine", 45.0, days_ago), begun("sertraline", 50.0, 10)]);
    let open = stopped(14);
    assert_eq!(found(&open), [("maoi-to-antidepressant", Severity::Critical)]);
    assert_eq!(open.interactions[0].until, Some(today()));
    assert_eq!(
        open.interactions[0].reason,
        "3 free days, 14 needed; phenelzine supplied until 2026-02-16, sertraline supplied since 2026-02-20"
    );
    assert_eq!(found(&stopped(15)), []);
}

// rule 9.1/no-grace: speaks
// rule 9.1/no-grace: silent
#[test]
fn the_grace_does_not_hold_for_windows() {
    assert_eq!(judged(vec![now("phenelzine", 45.0), ended("sertraline", 50.0, 0)]).interactions.len(), 1);
    let ended_yesterday = judged(vec![ended("phenelzine", 45.0, 3), ended("tramadol", 50.0, 1)]);
    assert_eq!(found(&ended_yesterday), [], "neither covers today");
}

// rule 9.1/together: speaks
// rule 9.1/together: silent
#[test]
fn both_at_once_are_critical_whichever_came_first_and_told_once() {
    for pair in [vec![now("phenelzine", 45.0), begun("sertraline", 50.0, 5)], vec![now("sertraline", 50.0), begun("phenelzine", 45.0, 5)]] {
        let assessment = judged(pair);
        assert_eq!(assessment.interactions.len(), 1, "{:?}", assessment.interactions);
        assert_eq!((assessment.interactions[0].severity, assessment.interactions[0].until), (Severity::Critical, None));
    }
    assert_eq!(found(&judged(vec![now("phenelzine", 45.0), now("lithium", 600.0)])), []);
    assert_eq!(of_row(&judged(vec![now("phenelzine", 45.0), now("ondansetron", 4.0)]), "maoi-to-antidepressant"), []);
}

// rule 9.1/antidepressant-to-linezolid: speaks
// rule 9.1/antidepressant-to-linezolid: silent
#[test]
fn linezolid_beside_an_antidepressant_is_critical_only_while_both_are_taken() {
    let both = judged(vec![now("sertraline", 50.0), begun("linezolid", 600.0, 1)]);
    assert_eq!(found(&both), [("antidepressant-to-linezolid", Severity::Critical)]);
    assert_eq!(found(&judged(vec![ended("sertraline", 50.0, 2), begun("linezolid", 600.0, 1)])), []);
}

// rule 9.1/methylene-blue: speaks
// rule 9.1/methylene-blue: silent
#[test]
fn methylene_blue_counts_by_vein_and_tedizolid_is_a_line() {
    let of_form = |form| {
        let mut blue = begun("methylene blue", 50.0, 0);
        blue.medicine.form = form;
        found(&judged(vec![now("sertraline", 50.0), blue]))
    };
    assert_eq!(of_form(Form::Injection), [("antidepressant-to-linezolid", Severity::Critical)]);
    assert_eq!(of_form(Form::Immediate), []);
    let tedizolid = judged(vec![now("sertraline", 50.0), now("tedizolid", 200.0)]);
    assert_eq!((found(&tedizolid), lines(&tedizolid)), (vec![], vec!["tedizolid-with-antidepressant"]));
}

// rule 9.1/mao-b: speaks
// rule 9.1/mao-b: silent
// rule 9.1/mao-b-opioid: speaks
// rule 9.1/mao-b-opioid: silent
#[test]
fn an_mao_b_inhibitor_is_a_warning_with_an_antidepressant_and_critical_with_an_opioid() {
    let beside = |name, mg, days_ago| found(&judged(vec![now("rasagiline", 1.0), ended(name, mg, days_ago)]));
    assert_eq!(beside("sertraline", 50.0, 0), [("mao-b-with-antidepressant", Severity::Warning)]);
    assert_eq!(beside("sertraline", 50.0, 1), []);
    assert_eq!(beside("tramadol", 50.0, 0), [("mao-b-with-opioid", Severity::Critical)]);
    assert_eq!(beside("tramadol", 50.0, 1), []);
    assert_eq!(beside("dextromethorphan-bupropion", 2.0, 0), [("mao-b-with-opioid", Severity::Critical)], "it holds dextromethorphan");
}

// rule 9.1/selegiline: speaks
// rule 9.1/selegiline: silent
#[test]
fn selegiline_is_a_full_mao_inhibitor_as_a_patch_or_above_10_mg() {
    let with = |form, mg| {
        let mut selegiline = now("selegiline", mg);
        selegiline.medicine.form = form;
        if form != Form::Patch {
            selegiline.medicine.product_use = ProductUse::NeverATrial;
        }
        found(&judged(vec![selegiline, now("sertraline", 50.0)]))
    };
    assert_eq!(with(Form::Immediate, 10.0), [("mao-b-with-antidepressant", Severity::Warning)]);
    assert_eq!(with(Form::Immediate, 10.5), [("maoi-to-antidepressant", Severity::Critical)]);
    assert_eq!(with(Form::Patch, 6.0), [("maoi-to-antidepressant", Severity::Critical)]);
}

// rule 9.1/old-list: speaks
// rule 9.1/old-list: silent
#[test]
fn an_order_too_old_to_be_believed_is_taken_for_interactions() {
    let old = || ordered("old", "phenelzine", 45.0, "2024-01-01");
    let listed = judged(vec![old(), now("sertraline", 50.0)]);
    assert_eq!(found(&listed), [("maoi-to-antidepressant", Severity::Critical)]);
    assert!(listed.interactions[0].reason.contains("phenelzine on the list since 2024-01-01"), "{}", listed.interactions[0].reason);
    let stopped = MedicationRecord { state: crate::clinical::chart::RecordState::Stopped, ..old() };
    assert_eq!(found(&judged(vec![stopped, now("sertraline", 50.0)])), []);
}

// rule 9/text-entry: speaks
// rule 9/text-entry: silent
#[test]
fn a_text_entry_raises_an_interaction_and_is_called_so() {
    let mut text = now("phenelzine", 45.0);
    text.medicine.recognition = Recognition::Text;
    let assessment = judged(vec![text, now("sertraline", 50.0)]);
    assert!(assessment.interactions[0].text_entry && assessment.interactions[0].reason.contains("phenelzine (text entry)"));
    let coded = judged(vec![now("phenelzine", 45.0), now("sertraline", 50.0)]);
    assert!(!coded.interactions[0].text_entry && !coded.interactions[0].reason.contains("text entry"));
}

// rule 9/draft: speaks
// rule 9/draft: silent
#[test]
fn a_draft_is_judged_as_if_taken_from_today() {
    let with_draft = |medications, name, mg| judged_with(medications, |record| record.drafts = vec![ordered("draft", name, mg, TODAY)]);
    let listed = with_draft(vec![now("phenelzine", 45.0)], "sertraline", 50.0);
    assert_eq!(found(&listed), [("maoi-to-antidepressant", Severity::Critical)]);
    assert!(listed.interactions[0].draft);
    assert_eq!(
        listed.interactions[0].reason,
        "sertraline ordered now, phenelzine on the list until 2026-03-31: confirm that it is stopped; 14 free days needed"
    );
    assert_eq!(found(&with_draft(vec![ended("phenelzine", 45.0, 14)], "sertraline", 50.0)).len(), 1);
    assert_eq!(found(&with_draft(vec![ended("phenelzine", 45.0, 15)], "sertraline", 50.0)), []);
    assert_eq!(found(&with_draft(vec![ended("fluoxetine", 20.0, 20)], "phenelzine", 45.0)), [("fluoxetine-to-maoi", Severity::Critical)]);
    assert_eq!(listed.trials.iter().filter(|trial| trial.drug.name() == "sertraline").count(), 0, "a draft is no exposure");
    let two = judged_with(Vec::new(), |record| {
        record.drafts = vec![ordered("1", "phenelzine", 45.0, TODAY), ordered("2", "sertraline", 50.0, TODAY)];
    });
    assert_eq!(two.interactions.len(), 1);
}

// rule 9/draft-dose: speaks
// rule 9/draft-dose: silent
#[test]
fn a_draft_replaces_the_dose_of_its_drug() {
    let raised =
        |mg| found(&judged_with(vec![now("citalopram", 20.0)], |record| record.drafts = vec![ordered("draft", "citalopram", mg, TODAY)]));
    assert_eq!(raised(40.0), []);
    assert_eq!(raised(60.0), [("citalopram-dose", Severity::Warning)]);
    let added = judged_with(vec![now("citalopram", 40.0)], |record| {
        let mut more = ordered("draft", "citalopram", 20.0, TODAY);
        more.instruction.in_addition = true;
        record.drafts = vec![more];
    });
    assert_eq!(found(&added), [("citalopram-dose", Severity::Warning)]);
    let lowered = judged_with(vec![now("citalopram", 60.0)], |record| record.drafts = vec![ordered("draft", "citalopram", 40.0, TODAY)]);
    assert_eq!(found(&lowered), []);
}

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

// rule 9.2/two-reuptake-inhibitors: speaks
// rule 9.2/two-reuptake-inhibitors: silent
#[test]
fn two_reuptake_inhibitors_are_told_after_more_than_thirty_common_days_at_dose() {
    let id = "two-serotonin-reuptake-inhibitors";
    let both = |days_ago, mg| judged(vec![now("sertraline", 50.0), begun("escitalopram", mg, days_ago)]);
    assert_eq!(of_row(&both(30, 10.0), id), [Severity::Warning]);
    assert_eq!(of_row(&both(29, 10.0), id), []);
    assert_eq!(of_row(&both(30, 5.0), id), [], "below the minimum");
    let over = judged(vec![ended("sertraline", 50.0, 15), now("escitalopram", 10.0)]);
    assert_eq!(of_row(&over, id), [], "no longer both");
    let mut unread = begun("escitalopram", 10.0, 30);
    unread.instruction.as_needed = true;
    let unknown = judged(vec![now("sertraline", 50.0), unread]);
    assert_eq!((of_row(&unknown, id), unchecked(&unknown, id)), (vec![], vec!["dose".to_owned()]));
}

// rule 9.2/escitalopram-dose: speaks
// rule 9.2/escitalopram-dose: silent
// rule 9.2/cyp2d6-aripiprazole: speaks
// rule 9.2/cyp2d6-aripiprazole: silent
// rule 9.2/vortioxetine: speaks
// rule 9.2/vortioxetine: silent
// rule 9.2/dextromethorphan-bupropion: speaks
// rule 9.2/dextromethorphan-bupropion: silent
// rule 9.2/cyp3a4-vilazodone: speaks
// rule 9.2/cyp3a4-vilazodone: silent
// rule 9.2/cyp3a4-levomilnacipran: speaks
// rule 9.2/cyp3a4-levomilnacipran: silent
// rule 9.2/cyp3a4-lumateperone: speaks
// rule 9.2/cyp3a4-lumateperone: silent
// rule 9.2/cyp3a4-moderate-gepirone: speaks
// rule 9.2/cyp3a4-moderate-gepirone: silent
#[test]
fn a_dose_is_told_above_its_cap_and_not_at_it() {
    for (drug, at, above, beside, id, severity) in [
        ("escitalopram", 20.0, 20.5, None, "escitalopram-dose", Severity::Warning),
        ("aripiprazole", 7.5, 8.0, Some("paroxetine"), "cyp2d6-aripiprazole-dose", Severity::Info),
        ("vortioxetine", 10.0, 10.5, Some("bupropion"), "cyp2d6-vortioxetine-dose", Severity::Warning),
        ("dextromethorphan-bupropion", 1.0, 2.0, Some("quinidine"), "cyp2d6-dextromethorphan-bupropion-dose", Severity::Warning),
        ("vilazodone", 20.0, 20.5, Some("clarithromycin"), "cyp3a4-vilazodone-dose", Severity::Warning),
        ("levomilnacipran", 80.0, 81.0, Some("nefazodone"), "cyp3a4-levomilnacipran-dose", Severity::Warning),
        ("lumateperone", 10.5, 21.0, Some("ritonavir"), "cyp3a4-lumateperone-dose", Severity::Warning),
        ("gepirone", 36.3, 36.4, Some("fluconazole"), "cyp3a4-gepirone-dose", Severity::Warning),
    ] {
        let with =
            |mg, beside: Option<&str>| judged([Some(now(drug, mg)), beside.map(|name| now(name, 10.0))].into_iter().flatten().collect());
        assert_eq!(of_row(&with(at, beside), id), [], "{drug} {at}");
        assert_eq!(of_row(&with(above, beside), id), [severity], "{drug} {above}");
        if beside.is_some() {
            assert_eq!(of_row(&with(above, None), id), [], "{drug} alone");
        }
    }
}

// rule 9.2/citalopram-dose: speaks
// rule 9.2/citalopram-dose: silent
#[test]
fn citalopram_has_a_lower_cap_with_age_liver_disease_and_a_cyp2c19_inhibitor() {
    let id = "citalopram-dose";
    let at_age = |mg, years| of_row(&judged_with(vec![now("citalopram", mg)], aged(years)), id);
    assert_eq!((at_age(40.0, 60), at_age(40.0, 61)), (vec![], vec![Severity::Warning]));
    assert_eq!((at_age(20.0, 61), at_age(40.5, 30)), (vec![], vec![Severity::Warning]));
    let beside = |name| of_row(&judged(vec![now("citalopram", 40.0), now(name, 20.0)]), id);
    assert_eq!((beside("omeprazole"), beside("lisinopril")), (vec![Severity::Warning], vec![]));
    let liver = |current| {
        let record = |record: &mut Chart| {
            record.conditions.push(crate::clinical::chart::Condition { current, ..condition(ConditionGroup::ContraindicationLiver) });
        };
        of_row(&judged_with(vec![now("citalopram", 40.0)], record), id)
    };
    assert_eq!((liver(true), liver(false)), (vec![Severity::Warning], vec![]));
    let no_conditions = judged_with(vec![now("citalopram", 40.0)], |record| record.coverage.set(Kind::Conditions, Extent::Partial));
    assert_eq!(unchecked(&no_conditions, id), ["liver disease"]);
    let no_age = judged_with(vec![now("citalopram", 40.0)], |record| record.patient.as_mut().expect("a patient").birth = None);
    assert_eq!(unchecked(&no_age, id), ["age"]);
    let qtc =
        |ms| of_row(&judged_with(vec![now("citalopram", 60.0)], |record| record.measurements = vec![result(Instrument::Qtc, ms, 5)]), id);
    assert_eq!((qtc(499.0), qtc(500.0)), (vec![Severity::Warning], vec![Severity::Critical]));
}

// rule 9.2/escitalopram-line: speaks
// rule 9.2/escitalopram-line: silent
#[test]
fn escitalopram_above_10_mg_from_65_on_is_a_line() {
    let at = |mg, years| lines(&judged_with(vec![now("escitalopram", mg)], aged(years))).len();
    assert_eq!((at(15.0, 65), at(15.0, 64), at(10.0, 65)), (1, 0, 0));
}

#[test]
fn an_unknown_dose_is_not_checked_and_never_a_no() {
    let mut unread = now("vortioxetine", 10.0);
    unread.instruction.as_needed = true;
    let assessment = judged(vec![unread, now("bupropion", 150.0)]);
    assert_eq!(unchecked(&assessment, "cyp2d6-vortioxetine-dose"), ["dose of vortioxetine"]);
}

// rule 9.2/qtc-very-long: speaks
// rule 9.2/qtc-very-long: silent
#[test]
fn a_qtc_of_500_with_any_qt_drug_is_critical() {
    let id = "qtc-very-long";
    let with = |name, ms, ago| judged_with(vec![now(name, 10.0)], |record| record.measurements = vec![result(Instrument::Qtc, ms, ago)]);
    assert_eq!(of_row(&with("hydroxyzine", 500.0, 365), id), [Severity::Critical]);
    assert_eq!(of_row(&with("hydroxyzine", 499.0, 5), id), []);
    assert_eq!(of_row(&with("mirtazapine", 500.0, 5), id), [], "a small effect never counts");
    assert_eq!(unchecked(&with("hydroxyzine", 500.0, 366), id), ["QTc"]);
}

// rule 9.2/qtc-long: speaks
// rule 9.2/qtc-long: silent
#[test]
fn a_long_qtc_with_two_qt_drugs_is_a_warning_by_sex() {
    let id = "qtc-long";
    let with = |sex, ms, two: bool| {
        let drugs = [Some(now("hydroxyzine", 25.0)), two.then(|| now("donepezil", 5.0))];
        judged_with(drugs.into_iter().flatten().collect(), |record| {
            record.patient.as_mut().expect("a patient").sex = sex;
            record.measurements = vec![result(Instrument::Qtc, ms, 5)];
        })
    };
    assert_eq!(of_row(&with(Some(Sex::Male), 450.0, true), id), [Severity::Warning]);
    assert_eq!(of_row(&with(Some(Sex::Male), 449.0, true), id), []);
    assert_eq!(of_row(&with(Some(Sex::Female), 460.0, true), id), [Severity::Warning]);
    assert_eq!(of_row(&with(Some(Sex::Female), 459.0, true), id), []);
    assert_eq!(of_row(&with(Some(Sex::Male), 450.0, false), id), []);
    assert_eq!((of_row(&with(None, 455.0, true), id), unchecked(&with(None, 455.0, true), id)), (vec![], vec!["sex".to_owned()]));
    assert_eq!(of_row(&with(None, 460.0, true), id), [Severity::Warning]);
}

// rule 9.2/gepirone-qtc: speaks
// rule 9.2/gepirone-qtc: silent
#[test]
fn gepirone_is_contraindicated_above_450_ms() {
    let with = |ms| judged_with(vec![now("gepirone", 36.3)], |record| record.measurements = vec![result(Instrument::Qtc, ms, 5)]);
    assert_eq!(of_row(&with(451.0), "gepirone-qtc"), [Severity::Warning]);
    assert!(with(451.0).interactions.iter().any(|found| found.contraindicated));
    assert_eq!(of_row(&with(450.0), "gepirone-qtc"), []);
}

// rule 9.2/qt-without-ecg: speaks
// rule 9.2/qt-without-ecg: silent
#[test]
fn two_qt_drugs_one_of_them_major_need_a_normal_ecg_since_both_are_taken() {
    let id = "qt-without-ecg";
    let with = |a: MedicationRecord, b, ecg: Option<(f64, Days)>| {
        of_row(
            &judged_with(vec![a, begun(b, 5.0, 20)], |record| {
                record.measurements = ecg.map(|(ms, ago)| result(Instrument::Qtc, ms, ago)).into_iter().collect()
            }),
            id,
        )
    };
    assert_eq!(with(now("citalopram", 20.0), "donepezil", None), [Severity::Warning]);
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((449.0, 20))), []);
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((449.0, 21))), [Severity::Warning], "older than the second drug");
    assert_eq!(with(now("citalopram", 20.0), "donepezil", Some((450.0, 20))), [Severity::Warning]);
    assert_eq!(with(now("hydroxyzine", 25.0), "donepezil", None), [], "neither is a major one");
    assert_eq!(with(now("citalopram", 20.0), "mirtazapine", None), [], "a small effect never counts");
    assert_eq!(with(now("escitalopram", 10.0), "donepezil", None), []);
    assert_eq!(with(now("escitalopram", 10.5), "donepezil", None), [Severity::Warning]);
    let not_had = judged_with(vec![now("citalopram", 20.0), now("donepezil", 5.0)], |record| {
        record.coverage.set(Kind::Observations, Extent::Partial);
    });
    assert_eq!((of_row(&not_had, id), unchecked(&not_had, id)), (vec![], vec!["ECG".to_owned()]));
}

// rule 9.2/long-qt-code: speaks
// rule 9.2/long-qt-code: silent
#[test]
fn a_long_qt_code_without_an_ecg_is_told_with_three_drugs() {
    let with = |name, mg, ecg: Option<f64>| {
        let change = |record: &mut Chart| {
            record.conditions.push(condition(ConditionGroup::ContraindicationLongQt));
            record.measurements = ecg.map(|ms| result(Instrument::Qtc, ms, 5)).into_iter().collect();
        };
        of_row(&judged_with(vec![now(name, mg)], change), "qt-without-ecg")
    };
    assert_eq!((with("citalopram", 20.5, None), with("citalopram", 20.0, None)), (vec![Severity::Warning], vec![]));
    assert_eq!((with("ziprasidone", 40.0, None), with("gepirone", 18.2, None)), (vec![Severity::Warning], vec![Severity::Warning]));
    assert_eq!((with("sertraline", 50.0, None), with("ziprasidone", 40.0, Some(440.0))), (vec![], vec![]));
}

/// A combination tablet of bupropion and naltrexone, so many a day.
fn naltrexone_bupropion(tablets: f64) -> MedicationRecord {
    let mut record = now("bupropion", 90.0 * tablets);
    record.source = SourceRef::new("MedicationDispense/contrave");
    record.medicine.product_use = ProductUse::NeverATrial;
    record.medicine.components.push(Component { ingredient: drug("naltrexone"), strength: Strength::from_mg(8.0 * tablets) });
    record
}

/// Bupropion to stop smoking.
fn smoking_cessation(mg: f64) -> MedicationRecord {
    let mut record = now("bupropion", mg);
    record.source = SourceRef::new("MedicationDispense/zyban");
    record.medicine.product_use = ProductUse::NeverATrial;
    record
}

// rule 9.2/bupropion-dose: speaks
// rule 9.2/bupropion-dose: silent
#[test]
fn bupropion_is_summed_over_every_product_that_covers_the_day() {
    let dose = |medications| of_row(&judged(medications), "bupropion-dose");
    assert_eq!((dose(vec![now("bupropion", 450.0)]), dose(vec![now("bupropion", 451.0)])), (vec![], vec![Severity::Critical]));
    assert_eq!(dose(vec![now("bupropion", 300.0), smoking_cessation(150.0)]), []);
    assert_eq!(dose(vec![now("bupropion", 300.0), smoking_cessation(151.0)]), [Severity::Critical]);
    assert_eq!(
        dose(vec![smoking_cessation(300.0), naltrexone_bupropion(2.0)]),
        [Severity::Critical],
        "300 + 180, neither replaces the other"
    );
    assert_eq!(dose(vec![now("bupropion", 300.0), now("dextromethorphan-bupropion", 2.0)]), [Severity::Critical], "300 + 210");
    assert_eq!(dose(vec![now("bupropion", 150.0), now("dextromethorphan-bupropion", 2.0)]), []);
    assert_eq!(dose(vec![ended("bupropion", 300.0, 1), smoking_cessation(300.0)]), [], "only what covers the day");
    let draft = judged_with(vec![smoking_cessation(300.0)], |record| record.drafts = vec![ordered("draft", "bupropion", 300.0, TODAY)]);
    assert_eq!(of_row(&draft, "bupropion-dose"), [Severity::Critical]);
    assert!(draft.interactions.iter().all(|found| found.draft));
}

// rule 9.2/dextromethorphan-bupropion-twice: speaks
// rule 9.2/dextromethorphan-bupropion-twice: silent
#[test]
fn the_combination_with_bupropion_never_goes_beside_bupropion() {
    let id = "dextromethorphan-bupropion-with-bupropion";
    assert_eq!(of_row(&judged(vec![now("bupropion", 150.0), now("dextromethorphan-bupropion", 1.0)]), id), [Severity::Warning]);
    assert_eq!(of_row(&judged(vec![now("dextromethorphan-bupropion", 1.0)]), id), []);
}

// rule 9.2/bupropion-sr: speaks
// rule 9.2/bupropion-sr: silent
#[test]
fn the_sustained_release_form_is_a_line_above_400_mg() {
    let with = |mg, label: &str| {
        let mut record = now("bupropion", mg);
        record.medicine.label = label.to_owned();
        lines(&judged(vec![record]))
    };
    let sr = "12 HR bupropion hydrochloride 200 MG Extended Release Oral Tablet";
    assert_eq!((with(401.0, sr), with(400.0, sr)), (vec!["bupropion-dose-sr"], vec![]));
    assert_eq!(with(401.0, "24 HR bupropion hydrochloride 150 MG Extended Release Oral Tablet"), [""; 0]);
}

// rule 9.2/bupropion-conditions: speaks
// rule 9.2/bupropion-conditions: silent
#[test]
fn bupropion_is_contraindicated_with_seizures_an_eating_disorder_and_withdrawal() {
    use crate::clinical::chart::Condition;
    let with = |condition: Condition| judged_with(vec![smoking_cessation(150.0)], |record| record.conditions.push(condition));
    let past = |group| Condition { current: false, ..condition(group) };
    let recorded = |ago: Days| {
        let day = today() - ago;
        Condition { recorded: Some(day), onset: Some(When::on(day)), ..condition(ConditionGroup::SubstanceWithdrawalSedative) }
    };
    let critical = [Severity::Critical];
    assert_eq!(of_row(&with(condition(ConditionGroup::ContraindicationSeizure)), "bupropion-seizure"), critical);
    let history = with(past(ConditionGroup::ContraindicationSeizure));
    assert_eq!((found(&history), lines(&history)), (vec![], vec!["bupropion-seizure-history"]));
    assert_eq!(of_row(&with(past(ConditionGroup::ContraindicationEatingDisorder)), "bupropion-eating-disorder"), critical);
    assert_eq!(found(&with(condition(ConditionGroup::ComorbidityEatingDisorder))), [], "binge eating");
    assert_eq!(of_row(&with(recorded(30)), "bupropion-withdrawal"), critical);
    assert_eq!(of_row(&with(recorded(31)), "bupropion-withdrawal"), []);
    let not_had = judged_with(vec![now("bupropion", 150.0)], |record| record.coverage.set(Kind::Conditions, Extent::None));
    assert_eq!(unchecked(&not_had, "bupropion-seizure"), ["seizure disorder"]);
    let sertraline = judged_with(vec![now("sertraline", 50.0)], |record| {
        record.conditions.push(condition(ConditionGroup::ContraindicationSeizure));
    });
    assert_eq!(found(&sertraline), []);
}

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

// rule 9.2/lithium-sodium: speaks
// rule 9.2/lithium-sodium: silent
#[test]
fn lithium_with_addison_disease_or_sodium_loss_is_a_warning() {
    use crate::clinical::chart::Condition;
    let with = |condition: Condition| found(&judged_with(vec![now("lithium", 600.0)], |record| record.conditions.push(condition)));
    let adrenal = |code: &str| Condition { code: code.to_owned(), ..condition(ConditionGroup::CautionAdrenal) };
    assert_eq!((with(adrenal("E27.1")), with(adrenal("E24.9"))), (vec![("lithium-adrenal", Severity::Warning)], vec![]));
    assert_eq!(with(condition(ConditionGroup::CautionVolumeDepletion)), [("lithium-sodium", Severity::Warning)]);
    assert_eq!(with(Condition { current: false, ..condition(ConditionGroup::CautionVolumeDepletion) }), []);
}

// rule 9.2/antipsychotic-dementia: speaks
// rule 9.2/antipsychotic-dementia: silent
#[test]
fn an_antipsychotic_as_augmentation_is_told_with_current_dementia_or_parkinson_disease() {
    let id = "antipsychotic-with-dementia";
    let with = |group, medications: Vec<MedicationRecord>, current| {
        let push = |record: &mut Chart| record.conditions.push(crate::clinical::chart::Condition { current, ..condition(group) });
        of_row(&judged_with(medications, push), id)
    };
    let added = || vec![now("sertraline", 50.0), begun("aripiprazole", 5.0, 20)];
    for group in [ConditionGroup::Dementia, ConditionGroup::DementiaLewyBody, ConditionGroup::CautionParkinson] {
        assert_eq!(with(group, added(), true), [Severity::Warning], "{group}");
    }
    assert_eq!(with(ConditionGroup::Dementia, added(), false), []);
    assert_eq!(with(ConditionGroup::DementiaMci, added(), true), []);
    assert_eq!(with(ConditionGroup::Dementia, vec![now("aripiprazole", 5.0)], true), [], "no augmentation");
}

// rule 9.2/valproate-pregnancy: speaks
// rule 9.2/valproate-pregnancy: silent
#[test]
fn valproate_in_pregnancy_is_a_warning_and_an_unknown_status_is_not_checked() {
    let id = "valproate-pregnancy";
    let with = |change: &dyn Fn(&mut Chart)| judged_with(vec![now("valproate", 500.0)], change);
    let pregnant = |ago: Days| {
        move |record: &mut Chart| {
            let day = today() - ago;
            let code = crate::clinical::chart::Condition {
                recorded: Some(day),
                onset: Some(When::on(day)),
                ..condition(ConditionGroup::PregnancyCurrent)
            };
            record.conditions.push(code);
        }
    };
    assert_eq!(of_row(&with(&pregnant(280)), id), [Severity::Warning]);
    assert_eq!(of_row(&with(&pregnant(281)), id), []);
    assert_eq!(unchecked(&with(&|_| ()), id), ["pregnancy status"]);
    assert_eq!(unchecked(&with(&|record| record.patient.as_mut().expect("a patient").sex = Some(Sex::Male)), id), [""; 0]);
    assert_eq!(unchecked(&with(&aged(51)), id), [""; 0]);
    let test = |yes, ago: Days| {
        move |record: &mut Chart| {
            record.measurements = vec![Measurement { value: Value::YesNo(yes), ..result(Instrument::PregnancyTest, 0.0, ago) }];
        }
    };
    assert_eq!(of_row(&with(&test(true, 5)), id), [Severity::Warning]);
    assert_eq!(
        (unchecked(&with(&test(false, 90)), id), unchecked(&with(&test(false, 91)), id)),
        (vec![], vec!["pregnancy status".to_owned()])
    );
}

// rule 9.3/option-in-place: speaks
// rule 9.3/option-in-place: silent
#[test]
fn an_option_is_judged_by_the_same_rows_and_a_switch_thinks_the_current_drug_away() {
    let record = chart(vec![now("sertraline", 50.0), now("tramadol", 50.0)], Vec::new());
    let severities = |said: &Interactions| said.found.iter().map(|found| (found.id, found.severity)).collect::<Vec<_>>();
    let beside = option(&record, "venlafaxine", None);
    assert_eq!(
        severities(&beside),
        [("tramadol-with-antidepressant", Severity::Warning), ("two-serotonin-reuptake-inhibitors", Severity::Warning)]
    );
    assert_eq!(severities(&option(&record, "venlafaxine", Some("sertraline"))), [("tramadol-with-antidepressant", Severity::Warning)]);
    assert_eq!(severities(&option(&record, "mirtazapine", None)), []);
    let maoi = option(&record, "selegiline", Some("sertraline"));
    assert!(maoi.found.iter().all(|found| found.drugs.contains(&"selegiline".to_owned())), "only what names the option");
    assert_eq!(maoi.found.iter().filter(|found| found.severity == Severity::Critical).count(), 1, "with tramadol, as a patch");
    let lately = chart(vec![ended("fluoxetine", 20.0, 20)], Vec::new());
    assert_eq!(severities(&option(&lately, "phenelzine", None)), [("fluoxetine-to-maoi", Severity::Critical)]);
}

// rule 9.3/option-line: speaks
// rule 9.3/option-line: silent
#[test]
fn a_cap_is_a_line_to_an_option_and_missing_data_are_not_checked() {
    let record = chart(vec![now("paroxetine", 20.0)], Vec::new());
    let said = option(&record, "vortioxetine", Some("sertraline"));
    let text: Vec<&str> = said.lines.iter().filter(|line| line.id == "cyp2d6-vortioxetine-dose").map(|line| line.text.as_str()).collect();
    assert_eq!(text, ["at most 10 mg a day beside a strong CYP2D6 inhibitor"]);
    assert!(option(&record, "vortioxetine", Some("paroxetine")).lines.is_empty());
    let mut gaps = chart(Vec::new(), Vec::new());
    gaps.coverage.set(Kind::Conditions, Extent::None);
    gaps.coverage.set(Kind::Medications, Extent::Partial);
    let what: Vec<String> = option(&gaps, "bupropion", None).not_checked.into_iter().map(|row| row.what).collect();
    assert!(what.contains(&"seizure disorder".to_owned()) && what.contains(&"other medicines".to_owned()), "{what:?}");
    let ecg: Vec<&str> = option(&chart(Vec::new(), Vec::new()), "citalopram", None).not_checked.iter().map(|row| row.id).collect();
    assert!(ecg.contains(&"qtc-very-long"));
}

// rule 10/interaction-cap: speaks
// rule 10/interaction-cap: silent
#[test]
fn the_interaction_cap_is_the_room_of_the_dose() {
    let cap = |medications, change: &dyn Fn(&mut Chart)| {
        let trials = judged_with(medications, change).trials;
        let trial = trials.iter().find(|trial| trial.ongoing).expect("an ongoing trial");
        (
            trial.interaction_cap.clone().map(|cap| cap.maximum.mg()),
            super::super::dose_room(trial, Some(34), Knowledge::builtin()).maximum.map(DailyDose::mg),
        )
    };
    assert_eq!(cap(vec![now("citalopram", 20.0), now("omeprazole", 20.0)], &|_| ()), (Some(20.0), Some(20.0)));
    assert_eq!(cap(vec![now("citalopram", 20.0)], &|_| ()), (Some(40.0), Some(40.0)));
    assert_eq!(cap(vec![now("vortioxetine", 10.0), now("quinidine", 200.0)], &|_| ()), (Some(10.0), Some(10.0)));
    assert_eq!(cap(vec![now("sertraline", 50.0), now("omeprazole", 20.0)], &|_| ()), (None, Some(200.0)));
    assert_eq!(
        cap(vec![now("bupropion", 150.0), smoking_cessation(150.0)], &|_| ()).0,
        Some(300.0),
        "450 less what the other product gives"
    );
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
}
