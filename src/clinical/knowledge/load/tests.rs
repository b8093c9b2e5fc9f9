mod defect;
mod site;
mod unverified;

use super::*;
use crate::clinical::knowledge::{DoseProfile, OptionKind, Percent, TrialUse};
use crate::clinical::units::{Code, ConditionGroup, DailyDose, DrugGroup, Form, Ingredient, PackDay, ProductUse, Strength, System};

fn drug(name: &str) -> Ingredient {
    builtin().ingredient_named(name).unwrap_or_else(|| panic!("no drug {name}"))
}

fn mg(mg: f64) -> Option<DailyDose> {
    DailyDose::from_mg(mg)
}

/// The defects after a change to one table.
fn defects(file: &str, change: impl Fn(&str) -> String) -> Vec<Defect> {
    load(&Texts::builtin().with(file, change), None).err().unwrap_or_default()
}

/// The defects after adding one line to a table: each of them has to name that line.
fn defects_of_line(file: &str, line: &str) -> Vec<String> {
    let found = defects(file, |text| format!("{text}{line}\n"));
    let last = Texts::builtin().text(file).lines().count() as u64 + 1;
    for defect in &found {
        assert_eq!((defect.file.as_str(), defect.line), (file, Some(last)), "{defect}");
    }
    found.into_iter().map(|defect| defect.what).collect()
}

fn with_site(content: &str) -> Result<Knowledge, Vec<Defect>> {
    load(&Texts::builtin(), Some(&SiteFile { name: "site.toml".to_owned(), content: content.to_owned() }))
}

#[test]
fn the_projects_own_tables_have_no_defect() {
    if let Err(defects) = load(&Texts::builtin(), None) {
        let defects: Vec<_> = defects.iter().map(Defect::to_string).collect();
        panic!("{} defects:\n{}", defects.len(), defects.join("\n"));
    }
    assert_eq!(builtin().version(), "2026.11.0");
    assert_eq!(builtin().sha256().len(), 64);
    assert!(builtin().site_changes().is_empty());
}

#[test]
fn minima_are_those_of_the_rules() {
    let minimum = |name| builtin().antidepressant(drug(name)).and_then(|row| row.minimum);
    assert_eq!(minimum("sertraline"), mg(50.0));
    assert_eq!(minimum("venlafaxine"), mg(150.0));
    assert_eq!(minimum("fluvoxamine"), mg(100.0));
    assert_eq!(minimum("vilazodone"), mg(20.0));
    assert_eq!(minimum("dextromethorphan-bupropion"), mg(2.0));
    assert_eq!(minimum("brexanolone"), None);
    let paroxetine = builtin().antidepressant(drug("paroxetine")).expect("a row");
    assert_eq!(paroxetine.minimum(Form::ExtendedRelease), mg(25.0));
    assert_eq!(paroxetine.minimum(Form::Immediate), mg(20.0));
}

#[test]
fn a_dose_under_the_floor_is_no_trial() {
    let floor = |name| builtin().antidepressant(drug(name)).and_then(|row| row.floor);
    assert_eq!(floor("trazodone"), mg(150.0));
    assert_eq!(floor("nortriptyline"), mg(50.0));
    assert!(floor("mirtazapine") > mg(7.5) && floor("mirtazapine") <= mg(15.0));
    assert_eq!(floor("sertraline"), None);
}

#[test]
fn what_a_drug_counts_as_is_in_its_row() {
    let counts = |name| builtin().antidepressant(drug(name)).map(|row| row.trial_use);
    assert_eq!(counts("sertraline"), Some(TrialUse::Trial));
    assert_eq!(counts("milnacipran"), Some(TrialUse::WithDepressionCode));
    assert_eq!(counts("esketamine"), Some(TrialUse::Course));
    assert_eq!(counts("quetiapine"), Some(TrialUse::Augmentation));
    assert_eq!(counts("zuranolone"), Some(TrialUse::Never));
    assert_eq!(counts("lithium"), None);
    let fluoxetine = builtin().antidepressant(drug("fluoxetine")).expect("a row");
    assert_eq!(fluoxetine.clock_reset_gap, Some(35));
    assert_eq!(fluoxetine.class, "ssri");
}

#[test]
fn one_drug_is_one_ingredient_whatever_its_code() {
    let of = |code| builtin().ingredient(Code { system: System::RxNorm, code });
    for code in ["6448", "42351", "52105"] {
        assert_eq!(of(code), Some(drug("lithium")), "{code}");
    }
    for code in ["40254", "11118", "266856"] {
        assert_eq!(of(code), Some(drug("valproate")), "{code}");
    }
    assert_eq!(of("9639").map(Ingredient::name), Some("selegiline"));
    assert_eq!(of("51272").map(Ingredient::name), Some("quetiapine"));
    assert_eq!(builtin().rxnorm(drug("lithium")), Some("6448"));
    assert_eq!(builtin().ingredient(Code { system: System::Atc, code: "n06ab06" }), Some(drug("sertraline")));
    assert!(builtin().is_relevant_class(Code { system: System::Atc, code: "N06AX99" }));
    assert!(!builtin().is_relevant_class(Code { system: System::Atc, code: "C09AA01" }));
}

#[test]
fn names_stand_for_their_drugs() {
    let names = |text: &str| builtin().names_in(text).into_iter().map(|found| found.ingredient.name()).collect::<Vec<_>>();
    assert_eq!(names("Zoloft 50mg"), ["sertraline"]);
    assert_eq!(names("dextromethorphan-bupropion"), ["dextromethorphan-bupropion"]);
    let tablet = "bupropion hydrochloride 105 MG / dextromethorphan hydrobromide 45 MG Extended Release Oral Tablet [Auvelity]";
    assert_eq!(names(tablet), ["dextromethorphan-bupropion"]);
    assert_eq!(names(&tablet.replace(" [Auvelity]", "")), ["dextromethorphan-bupropion"]);
    assert_eq!(names("notsertraline"), [""; 0]);
    assert_eq!(names("Auvelity"), ["dextromethorphan-bupropion"]);
    assert_eq!(names("Symbyax 6/25"), ["fluoxetine", "olanzapine"]);
    assert_eq!(names("was on VENLAFAXINE, then Lithobid"), ["venlafaxine", "lithium"]);
    assert_eq!(names("Saint John's wort"), ["st john's wort"]);
    assert_eq!(builtin().ingredient_named(" ZOLOFT "), Some(drug("sertraline")));
    assert_eq!(builtin().ingredient_named("Zoloft 50mg"), None);
}

#[test]
fn products_have_strength_form_and_use() {
    let product = |code| builtin().product(code).unwrap_or_else(|| panic!("no product {code}"));
    let components =
        |code| product(code).components.iter().map(|(drug, strength)| (drug.name(), strength.map(Strength::mg))).collect::<Vec<_>>();
    assert_eq!(components("993567"), [("bupropion", Some(300.0))]);
    assert_eq!(components("2611260"), [("dextromethorphan-bupropion", Some(1.0))]);
    assert_eq!(components("403969"), [("fluoxetine", Some(25.0)), ("olanzapine", Some(6.0))]);
    assert_eq!((product("313995").form, components("313995")), (Form::Weekly, vec![("fluoxetine", Some(20.0))]));
    assert_eq!((product("865206").form, components("865206")), (Form::Patch, vec![("selegiline", Some(6.0))]));
    for code in ["966787", "859186", "859190", "859193", "1801289", "1551468", "1430122", "846386", "859192"] {
        assert_eq!(product(code).product_use, ProductUse::NeverATrial, "{code}");
    }
    assert_eq!(product("2532159").product_use, ProductUse::NeedsDepressionCode);
    let pack: Vec<_> = product("1086789").pack.iter().map(|PackDay { days, dose }| (*days, dose.mg())).collect();
    assert_eq!(pack, [(7, 10.0), (7, 20.0), (16, 40.0)]);
}

#[test]
fn the_name_of_a_product_may_tell_its_use() {
    let counts = |name, text| builtin().product_use_in(drug(name), text);
    assert_eq!(counts("bupropion", "Zyban 150 mg"), ProductUse::NeverATrial);
    assert_eq!(counts("bupropion", "bupropion hydrochloride 90 MG / naltrexone hydrochloride 8 MG"), ProductUse::NeverATrial);
    assert_eq!(counts("bupropion", "Wellbutrin XL 300"), ProductUse::Ordinary);
    assert_eq!(counts("fluoxetine", "PMDD fluoxetine 20 MG"), ProductUse::NeedsDepressionCode);
    assert_eq!(counts("naltrexone", "bupropion / naltrexone"), ProductUse::Ordinary);
}

#[test]
fn augmenters_have_a_minimum_at_dose() {
    for row in builtin().options().iter().filter(|row| row.kind == OptionKind::Augmentation) {
        assert!(row.augmentation_minimum.is_some(), "{}", row.id);
    }
    assert_eq!(builtin().augmentation_minimum(drug("liothyronine")), mg(0.025));
    assert_eq!(builtin().augmentation_minimum(drug("lithium")), mg(600.0));
    assert!(builtin().is_augmenter(drug("olanzapine")));
    assert!(!builtin().is_augmenter(drug("fluoxetine")) && !builtin().is_augmenter(drug("bupropion")));
    assert!(builtin().in_group(drug("valproate"), DrugGroup::MoodStabiliser));
    assert_eq!(builtin().care_levels().first().map(|level| level.id), Some("emergency"));
}

#[test]
fn words_that_look_relevant_begin_a_word() {
    assert!(builtin().looks_relevant("Depressive disorder NOS"));
    assert!(builtin().looks_relevant("history of hypomania"));
    assert!(!builtin().looks_relevant("sprained ankle"));
    assert!(!builtin().looks_relevant("antidepressed"));
}

#[test]
fn what_a_card_shows_of_an_option_carries_no_mark_of_its_source() {
    let country = builtin().parameters().country;
    for row in builtin().options() {
        let talk = row.talk.map(|talk| [talk.time_to_effect, talk.visits_and_tests, talk.people_stop_for, talk.cost_and_access]);
        let texts = [row.guideline, row.evidence, row.overdose_note, row.review_and_stop, row.name].into_iter();
        let drugs = row.ingredients.iter().flat_map(|drug| row.start(Some(*drug)).into_iter().chain(row.titration(Some(*drug))));
        for text in texts.chain(talk.into_iter().flatten()).chain(drugs).chain(row.change_over(None)).chain(row.label(country)) {
            for mark in ["(memory", "verified", "proposal", "stored", ".csv", "rules.md"] {
                assert!(!text.contains(mark), "{}: {text}", row.id);
            }
        }
    }
}

#[test]
fn the_narrowest_change_over_holds() {
    let row = builtin().options().iter().find(|row| row.id == "snri_switch").expect("a row");
    let from = |name| row.change_over(builtin().antidepressant(drug(name))).expect("a change-over");
    assert!(from("sertraline").starts_with("direct or short cross-taper"));
    assert_eq!(from("fluoxetine"), "stop, wait 4-7 days, start low");
    assert_eq!(from("bupropion"), "cross-taper");
    assert_eq!(from("tranylcypromine"), "14 free days after the MAO inhibitor");
    assert_eq!(from("vortioxetine"), "taper, then start low");
    assert_eq!(row.change_over(None), Some("taper, then start low"));
}

#[test]
fn the_document_has_every_table() {
    let text = builtin().to_markdown();
    for word in
        ["# Trialwise", "2026.11.0", builtin().sha256(), "| adequate_min_days | 42 |", "| 1801289 |", "| 370143000 |", "Care levels"]
    {
        assert!(text.contains(word), "{word}");
    }
    assert!(text.contains("weight or BMI\\|29463-7"));
}

#[test]
fn the_document_names_sources_that_a_clinician_can_look_up_and_no_working_files() {
    let text = builtin().to_markdown();
    let named = |line: &str| {
        let words: Vec<&str> = line.split(|c: char| !c.is_alphanumeric() && !"._-".contains(c)).collect();
        let file = |word: &&str| ["txt", "csv"].iter().any(|end| word.rsplit_once('.').is_some_and(|(_, ending)| ending == *end));
        let ours = ["seed", "find_string", "rxnorm_products"].iter().any(|own| words.iter().any(|word| word.eq_ignore_ascii_case(own)));
        ours || words.iter().any(file) || line.contains("review 20") || line.contains("review F")
    };
    let found: Vec<&str> = text.lines().filter(|line| named(line)).collect();
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn classes_of_the_schedule_stand_for_their_drugs() {
    let row = |id: &str| builtin().monitoring().iter().find(|row| row.id == id).unwrap_or_else(|| panic!("no row {id}"));
    let sodium = row("sodium");
    assert!(sodium.drugs.contains(&drug("sertraline")) && sodium.drugs.contains(&drug("duloxetine")));
    assert!(!sodium.drugs.contains(&drug("vilazodone")) && !sodium.drugs.contains(&drug("vortioxetine")));
    assert!(row("blood-pressure").drugs.contains(&drug("levomilnacipran")));
    assert_eq!(builtin().unit_of(crate::clinical::units::Instrument::LithiumLevel), "mmol/L");
    let shown = builtin().to_markdown();
    assert!(shown.contains("## Monitoring schedule") && shown.contains("| lithium-level |") && shown.contains("6±1"));
    assert!(shown.contains("## Symptom hints") && shown.contains("| anhedonia-fatigue |"));
}

#[test]
fn the_document_shows_of_the_products_those_of_another_use_alone() {
    let text = builtin().to_markdown();
    let (_, section) = text.split_once("## Product exceptions").expect("the section");
    let section = section.split_once("\n## ").map_or(section, |(section, _)| section);
    assert!(section.contains("| never-a-trial |") || section.contains("| never |"), "{section}");
    assert!(!section.contains("| ordinary |"));
}

#[test]
fn a_code_of_three_characters_is_held_against_a_pattern_as_it_stands() {
    let falls = |code| builtin().condition_groups([Code { system: System::Icd10, code }]).has(ConditionGroup::CautionFalls);
    assert!(falls("W05") && falls("W05.0") && falls("W050") && !falls("W20"));
}

#[test]
fn a_drug_of_one_part_is_no_combination_of_itself() {
    let names = |text: &str| builtin().names_in(text).into_iter().map(|found| found.ingredient.name()).collect::<Vec<_>>();
    assert_eq!(names("sertraline or Zoloft, sertraline"), ["sertraline", "sertraline", "sertraline"]);
}

#[test]
fn a_laboratory_order_has_the_code_of_its_test() {
    use crate::clinical::units::Instrument;
    assert_eq!(builtin().loinc_of(Instrument::Tsh).map(|row| row.loinc), Some("3016-3"));
}
