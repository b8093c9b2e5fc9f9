//! What a record of primary care is full of, as Synthea and the test servers of EHRs write it.
//!
//! Nothing of it bears on the cards; some of it is read all the same, since somebody might need it (weight, blood pressure, renal
//! function), most is not.

/// A code with its name.
pub type Named = (&'static str, &'static str);

/// A result: code, name, unit, lowest and highest value in tenths.
pub type Result = (&'static str, &'static str, &'static str, usize, usize);

/// LOINC: vital signs.
pub const VITALS: [Result; 9] = [
    ("8302-2", "Body Height", "cm", 1680, 1682),
    ("29463-7", "Body Weight", "kg", 715, 735),
    ("39156-5", "Body Mass Index", "kg/m2", 253, 260),
    ("8867-4", "Heart rate", "/min", 600, 850),
    ("9279-1", "Respiratory rate", "/min", 120, 160),
    ("8310-5", "Body temperature", "Cel", 364, 370),
    ("2708-6", "Oxygen saturation in Arterial blood", "%", 960, 990),
    ("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported", "{score}", 0, 30),
    ("59576-9", "Body mass index (BMI) [Percentile] Per age and gender", "%", 500, 700),
];

/// LOINC: laboratory.
pub const LABORATORY: [Result; 24] = [
    ("2339-0", "Glucose [Mass/volume] in Blood", "mg/dL", 750, 980),
    ("6299-2", "Urea nitrogen [Mass/volume] in Blood", "mg/dL", 80, 180),
    ("38483-4", "Creatinine [Mass/volume] in Blood", "mg/dL", 7, 10),
    ("49765-1", "Calcium [Mass/volume] in Blood", "mg/dL", 88, 101),
    ("2947-0", "Sodium [Moles/volume] in Blood", "mmol/L", 1370, 1430),
    ("2069-3", "Chloride [Moles/volume] in Blood", "mmol/L", 1000, 1060),
    ("20565-8", "Carbon dioxide, total [Moles/volume] in Blood", "mmol/L", 230, 280),
    ("33914-3", "Glomerular filtration rate/1.73 sq M.predicted", "mL/min/{1.73_m2}", 920, 1100),
    ("2885-2", "Protein [Mass/volume] in Serum or Plasma", "g/dL", 62, 79),
    ("1751-7", "Albumin [Mass/volume] in Serum or Plasma", "g/dL", 38, 52),
    ("10834-0", "Globulin [Mass/volume] in Serum by calculation", "g/dL", 21, 33),
    ("1975-2", "Bilirubin.total [Mass/volume] in Serum or Plasma", "mg/dL", 2, 10),
    ("6768-6", "Alkaline phosphatase [Enzymatic activity/volume] in Serum or Plasma", "U/L", 400, 1100),
    ("6690-2", "Leukocytes [#/volume] in Blood by Automated count", "10*3/uL", 45, 100),
    ("789-8", "Erythrocytes [#/volume] in Blood by Automated count", "10*6/uL", 42, 53),
    ("4544-3", "Hematocrit [Volume Fraction] of Blood by Automated count", "%", 380, 450),
    ("785-6", "MCH [Entitic mass] by Automated count", "pg", 270, 330),
    ("786-4", "MCHC [Mass/volume] by Automated count", "g/dL", 330, 360),
    ("21000-5", "Erythrocyte distribution width [Entitic volume] by Automated count", "fL", 390, 450),
    ("777-3", "Platelets [#/volume] in Blood by Automated count", "10*3/uL", 1700, 3900),
    ("32623-1", "Platelet mean volume [Entitic volume] in Blood by Automated count", "fL", 95, 120),
    ("2093-3", "Cholesterol [Mass/volume] in Serum or Plasma", "mg/dL", 1600, 1950),
    ("2571-8", "Triglyceride [Mass/volume] in Serum or Plasma", "mg/dL", 800, 1450),
    ("2085-9", "Cholesterol in HDL [Mass/volume] in Serum or Plasma", "mg/dL", 500, 700),
];

/// SNOMED CT: what people come with.
pub const CONDITIONS: [Named; 16] = [
    ("444814009", "Viral sinusitis (disorder)"),
    ("195662009", "Acute viral pharyngitis (disorder)"),
    ("10509002", "Acute bronchitis (disorder)"),
    ("40055000", "Chronic sinusitis (disorder)"),
    ("38341003", "Hypertension"),
    ("55822004", "Hyperlipidemia"),
    ("65363002", "Otitis media"),
    ("68496003", "Polyp of colon"),
    ("44465007", "Sprain of ankle"),
    ("43878008", "Streptococcal sore throat (disorder)"),
    ("196416002", "Impacted molars"),
    ("65966004", "Fracture of forearm"),
    ("283385000", "Laceration of thigh"),
    ("70704007", "Sprain of wrist"),
    ("201834006", "Localized, primary osteoarthritis of the hand"),
    ("36971009", "Sinusitis (disorder)"),
];

/// RxNorm: what else they take.
pub const MEDICINES: [Named; 12] = [
    ("313782", "Acetaminophen 325 MG Oral Tablet"),
    ("562251", "Amoxicillin 250 MG / Clavulanate 125 MG Oral Tablet"),
    ("312961", "Simvastatin 20 MG Oral Tablet"),
    ("197361", "Amlodipine 5 MG Oral Tablet"),
    ("308182", "Amoxicillin 250 MG Oral Capsule"),
    ("904419", "Alendronic acid 10 MG Oral Tablet"),
    ("834102", "Penicillin V Potassium 500 MG Oral Tablet"),
    ("834061", "Penicillin V Potassium 250 MG Oral Tablet"),
    ("705129", "Nitroglycerin 0.4 MG/ACTUAT Mucosal Spray"),
    ("310325", "ferrous sulfate 325 MG Oral Tablet"),
    ("282464", "Acetaminophen 160 MG Oral Tablet"),
    ("861007", "metformin hydrochloride 500 MG Oral Tablet"),
];

/// How medicines are to be taken, and how often a day. The first is that of every medicine but those above.
pub const DIRECTIONS: [(&str, u32); 5] = [
    ("Take 1 tablet by mouth once daily", 1),
    ("Take 1 tablet by mouth twice daily", 2),
    ("Take 1 tablet by mouth at bedtime", 1),
    ("Take 1 tablet by mouth three times daily with food", 3),
    ("Take 1 tablet by mouth every morning", 1),
];

/// RxNorm: medicines that interact, contribute or are monitored.
pub const INTERACTING: [Named; 12] = [
    ("8123", "phenelzine"),
    ("6448", "lithium"),
    ("10689", "tramadol"),
    ("7646", "omeprazole"),
    ("29046", "lisinopril"),
    ("5640", "ibuprofen"),
    ("8640", "prednisone"),
    ("2556", "citalopram"),
    ("4493", "fluoxetine"),
    ("42347", "bupropion"),
    ("51272", "quetiapine"),
    ("6813", "methadone"),
];

/// SNOMED CT: why they came.
pub const ENCOUNTERS: [Named; 6] = [
    ("162673000", "General examination of patient (procedure)"),
    ("390906007", "Follow-up encounter"),
    ("185347001", "Encounter for problem (procedure)"),
    ("185345009", "Encounter for symptom"),
    ("185349003", "Encounter for check up (procedure)"),
    ("702927004", "Urgent care clinic (procedure)"),
];

/// SNOMED CT: what was done.
pub const PROCEDURES: [Named; 6] = [
    ("430193006", "Medication Reconciliation (procedure)"),
    ("710824005", "Assessment of health and social care needs (procedure)"),
    ("117015009", "Throat culture (procedure)"),
    ("73761001", "Colonoscopy"),
    ("168594001", "Clavicle X-ray"),
    ("312681000", "Bone density scan (procedure)"),
];

/// LOINC: surveys that are no scale of depression.
pub const SURVEYS: [Named; 3] = [
    ("76504-0", "Total score [HARK]"),
    ("59460-6", "Fall risk total [Morse Fall Scale]"),
    ("93025-5", "Protocol for Responding to and Assessing Patients' Assets, Risks, and Experiences [PRAPARE]"),
];

/// SNOMED CT: what they do not stand.
pub const ALLERGIES: [Named; 4] = [
    ("256277009", "Grass pollen (substance)"),
    ("762952008", "Peanut (substance)"),
    ("735029006", "Shellfish (substance)"),
    ("264287008", "Animal dander (substance)"),
];

/// What narratives are made of.
pub const WORDS: [&str; 24] = [
    "Seen",
    "today",
    "in",
    "the",
    "clinic",
    "no",
    "acute",
    "distress",
    "reviewed",
    "with",
    "patient",
    "who",
    "agrees",
    "to",
    "plan",
    "follow",
    "up",
    "as",
    "needed",
    "results",
    "were",
    "discussed",
    "and",
    "filed",
];
