//! SNOMED CT concepts that stand in records often. The tree of concepts may not be shipped, so what
//! lies below these and is not named here is not recognised.

use super::Sensitivity::{self, Genetics, MentalHealth, SexualHealth, SubstanceUse, Violence};

pub(super) const CODES: [(&str, Sensitivity); 100] = [
    ("74732009", MentalHealth),          // mental disorder
    ("35489007", MentalHealth),          // depressive disorder
    ("370143000", MentalHealth),         // major depressive disorder
    ("36923009", MentalHealth),          // major depression, single episode
    ("66344007", MentalHealth),          // recurrent major depression
    ("310495003", MentalHealth),         // mild depression
    ("310496002", MentalHealth),         // moderate depression
    ("310497006", MentalHealth),         // severe depression
    ("78667006", MentalHealth),          // dysthymia
    ("192080009", MentalHealth),         // chronic depression
    ("58703003", MentalHealth),          // postpartum depression
    ("231504006", MentalHealth),         // mixed anxiety and depressive disorder
    ("13746004", MentalHealth),          // bipolar disorder
    ("371596008", MentalHealth),         // bipolar I disorder
    ("83225003", MentalHealth),          // bipolar II disorder
    ("58214004", MentalHealth),          // schizophrenia
    ("68890003", MentalHealth),          // schizoaffective disorder
    ("69322001", MentalHealth),          // psychotic disorder
    ("197480006", MentalHealth),         // anxiety disorder
    ("48694002", MentalHealth),          // anxiety
    ("21897009", MentalHealth),          // generalized anxiety disorder
    ("80583007", MentalHealth),          // severe anxiety (panic)
    ("371631005", MentalHealth),         // panic disorder
    ("25501002", MentalHealth),          // social phobia
    ("70691001", MentalHealth),          // agoraphobia
    ("47505003", MentalHealth),          // posttraumatic stress disorder
    ("191736004", MentalHealth),         // obsessive-compulsive disorder
    ("17226007", MentalHealth),          // adjustment disorder
    ("406506008", MentalHealth),         // attention deficit hyperactivity disorder
    ("192127007", MentalHealth),         // child attention deficit disorder
    ("35919005", MentalHealth),          // pervasive developmental disorder
    ("408856003", MentalHealth),         // autistic disorder
    ("72366004", MentalHealth),          // eating disorder
    ("56882008", MentalHealth),          // anorexia nervosa
    ("78004001", MentalHealth),          // bulimia nervosa
    ("33449004", MentalHealth),          // personality disorder
    ("20010003", MentalHealth),          // borderline personality disorder
    ("6471006", MentalHealth),           // suicidal thoughts
    ("82313006", MentalHealth),          // suicide attempt
    ("225444004", MentalHealth),         // at risk for suicide
    ("248062006", MentalHealth),         // self-injurious behaviour
    ("171207006", MentalHealth),         // depression screening
    ("715252007", MentalHealth),         // depression screening using PHQ-9
    ("454711000124102", MentalHealth),   // depression screening using PHQ-2
    ("75516001", MentalHealth),          // psychotherapy
    ("228557008", MentalHealth),         // cognitive and behavioural therapy
    ("394587001", MentalHealth),         // psychiatry
    ("7200002", SubstanceUse),           // alcoholism
    ("15167005", SubstanceUse),          // alcohol abuse
    ("66590003", SubstanceUse),          // alcohol dependence
    ("10939881000119105", SubstanceUse), // unhealthy alcohol drinking behaviour
    ("66214007", SubstanceUse),          // substance abuse
    ("26416006", SubstanceUse),          // drug abuse
    ("191816009", SubstanceUse),         // drug dependence
    ("6525002", SubstanceUse),           // dependent drug abuse
    ("361055000", SubstanceUse),         // misuses drugs
    ("5602001", SubstanceUse),           // opioid abuse
    ("75544000", SubstanceUse),          // opioid dependence
    ("145121000119106", SubstanceUse),   // intravenous nondependent opioid abuse
    ("78267003", SubstanceUse),          // cocaine abuse
    ("31956009", SubstanceUse),          // cocaine dependence
    ("37344009", SubstanceUse),          // cannabis abuse
    ("85005007", SubstanceUse),          // cannabis dependence
    ("84758004", SubstanceUse),          // amphetamine abuse
    ("21647008", SubstanceUse),          // amphetamine dependence
    ("64386003", SubstanceUse),          // sedative abuse
    ("74851005", SubstanceUse),          // hallucinogen abuse
    ("38247002", SubstanceUse),          // hallucinogen dependence
    ("55680006", SubstanceUse),          // drug overdose
    ("61480009", SubstanceUse),          // drug detoxification
    ("56876005", SubstanceUse),          // drug rehabilitation and detoxification
    ("20093000", SubstanceUse),          // alcohol rehabilitation and detoxification
    ("24165007", SubstanceUse),          // alcoholism counselling
    ("266707007", SubstanceUse),         // drug addiction therapy
    ("310653000", SubstanceUse),         // drug addiction therapy using methadone
    ("428211000124100", SubstanceUse),   // assessment of substance use
    ("763302001", SubstanceUse),         // assessment using AUDIT-C
    ("866148006", SubstanceUse),         // screening for drug abuse with DAST
    ("86406008", SexualHealth),          // HIV infection
    ("91947003", SexualHealth),          // asymptomatic HIV infection
    ("62479008", SexualHealth),          // AIDS
    ("165816005", SexualHealth),         // HIV positive
    ("171121004", SexualHealth),         // HIV screening
    ("8098009", SexualHealth),           // sexually transmitted infectious disease
    ("76272004", SexualHealth),          // syphilis
    ("15628003", SexualHealth),          // gonorrhoea
    ("240589008", SexualHealth),         // infection by Chlamydia trachomatis
    ("33839006", SexualHealth),          // genital herpes
    ("397803000", SexualHealth),         // impotence
    ("860914002", SexualHealth),         // erectile dysfunction
    ("93461009", SexualHealth),          // gender dysphoria
    ("57797005", SexualHealth),          // induced termination of pregnancy
    ("65200003", SexualHealth),          // insertion of an intrauterine device
    ("169553002", SexualHealth),         // insertion of a subcutaneous contraceptive
    ("405824009", Genetics),             // genetic test
    ("58756001", Genetics),              // Huntington's chorea
    ("41040004", Genetics),              // complete trisomy 21
    ("706893006", Violence),             // victim of intimate partner abuse
    ("424393004", Violence),             // reports of violence in the environment
    ("412732008", Violence),             // history of domestic violence
];

/// The kind of a SNOMED CT concept.
pub(super) fn kind(code: &str) -> Option<Sensitivity> {
    CODES.iter().find(|(known, _)| *known == code).map(|(_, kind)| *kind)
}
