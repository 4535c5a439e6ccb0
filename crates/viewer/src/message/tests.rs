use proptest::prelude::*;

use super::*;

fn mark() -> Mark {
    Mark { x: 0.25, y: 0.5, width: 0.125, height: 0.0625 }
}

fn answers() -> Vec<Answer> {
    let info = Info {
        pages: vec![PageSize { width: 595.0, height: 842.0 }],
        total: 1,
        created: Some("2018-08-06".to_owned()),
        modality: None,
        description: Some("Knee".to_owned()),
        window: Some(Window { centre: 40.0, width: 400.0 }),
        range: Some((-1000.0, 3000.0)),
    };
    let line = TextLine { text: "Hämoglobin 7,9".to_owned(), mark: mark() };
    let place = Place {
        page: 3,
        before: "a ".to_owned(),
        found: "b".to_owned(),
        after: " c".to_owned(),
        marks: vec![mark()],
    };
    vec![
        Answer::Opened(info),
        Answer::Pixels(Pixels { width: 2, height: 1, channels: 3, data: vec![9; 6] }),
        Answer::Text(PageText { lines: vec![line], cut: true }),
        Answer::Places(vec![place]),
        Answer::Words("one two".to_owned()),
        Answer::Refused(Refusal::Encrypted),
    ]
}

#[test]
fn questions_come_back_as_they_were() {
    let window = Some(Window { centre: 1.0, width: 2.0 });
    for question in [
        Question::Open(Kind::Dicom, vec![1, 2, 3]),
        Question::Page(View { page: 7, width: 800, window }),
        Question::Page(View { page: 0, width: 1, window: None }),
        Question::Text(4),
        Question::Find("gluten free".to_owned()),
        Question::Words,
    ] {
        let (kind, body) = question.to_frame();
        assert!(question_limit(kind).is_some_and(|limit| body.len() <= limit));
        assert_eq!(Question::from_frame(kind, body), Ok(question));
    }
}

#[test]
fn answers_come_back_as_they_were_and_nothing_may_follow_them() {
    for answer in answers() {
        let (kind, body) = answer.to_frame();
        assert!(answer_limit(kind).is_some_and(|limit| body.len() <= limit));
        let again = Answer::from_frame(kind, body.clone()).ok().unwrap().to_frame();
        assert_eq!(again, (kind, body.clone()));
        let longer = [&body[..], b"x"].concat();
        assert!(Answer::from_frame(kind, longer).is_err(), "kind {kind} with a tail");
        let shorter = body[..body.len() - 1].to_vec();
        assert!(Answer::from_frame(kind, shorter).is_err(), "kind {kind} cut");
    }
}

#[test]
fn pixels_must_be_as_many_as_said() {
    for (width, height, channels, bytes) in [
        (2, 2, 3, 11),
        (0, 2, 3, 0),
        (2, 2, 2, 8),
        (u32::MAX, u32::MAX, 1, 1),
        (60_000, 60_000, 1, 9),
    ] {
        let pixels = Pixels { width, height, channels, data: vec![0; bytes] };
        let (kind, body) = Answer::Pixels(pixels).to_frame();
        assert!(Answer::from_frame(kind, body).is_err());
    }
}

#[test]
fn text_loses_what_could_deceive() {
    let (kind, body) = Answer::Words("a\u{202e}b\u{0}c\u{1b}[2J\nd".to_owned()).to_frame();
    let Ok(Answer::Words(words)) = Answer::from_frame(kind, body) else { panic!("not words") };
    assert_eq!(words, "abc[2J\nd");
}

proptest! {
    #[test]
    fn fuzz_whatever_a_worker_sends_is_taken_apart_or_refused(bytes: Vec<u8>) {
        crate::fuzz_answers(&bytes);
        crate::fuzz_questions(&bytes);
        for kind in 0..8 {
            let _ = Answer::from_frame(kind, bytes.clone());
            let _ = Question::from_frame(kind, bytes.clone());
        }
    }

    #[test]
    fn fuzz_damaged_answers_never_break_the_app(which in 0_usize..6, at: prop::sample::Index, value: u8) {
        let (kind, mut body) = answers().swap_remove(which).to_frame();
        let at = at.index(body.len());
        body[at] = value;
        let _ = Answer::from_frame(kind, body);
    }
}
