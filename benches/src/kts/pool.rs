//! Frames, all different, the same on every run.

use std::fmt::Write as _;
use std::ops::Range;

use codec_core::kts::MAX_FRAME;

/// Numbers that look random.
struct Draw(u64);

impl Draw {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

/// Frames one behind the other, with their delimiters.
pub struct Pool {
    stream: Vec<u8>,
    /// Frames without their delimiters.
    frames: Vec<Range<usize>>,
}

const NAMES: [&str; 6] = ["Ceiling light", "Dimmer", "Curtain", "Klimaanlage K\u{fc}che", "Fresh air", "Scene"];

impl Pool {
    fn fill(bytes: usize, mut frame: impl FnMut(&mut Draw, &mut String)) -> Self {
        let (mut pool, mut draw, mut text) = (Self { stream: Vec::new(), frames: Vec::new() }, Draw(41_709), String::new());
        while pool.stream.len() < bytes {
            text.clear();
            frame(&mut draw, &mut text);
            let from = pool.stream.len();
            pool.stream.extend_from_slice(text.as_bytes());
            pool.frames.push(from..pool.stream.len());
            pool.stream.extend_from_slice(b"\r\n");
        }
        pool
    }

    /// Pushes of one value.
    #[must_use]
    pub fn pushes(bytes: usize) -> Self {
        Self::fill(bytes, |draw, text| {
            let (sn, id, eis, value) = (draw.below(1000), draw.below(2000), [1, 6, 60, 5][draw.below(4) as usize], draw.below(256));
            let _ = write!(
                text,
                "{{\"sn\":\"08ABEF{sn:06X}\",\"cmd\":\"push\",\"data\":[{{\"oID\":\"{id}\",\"EIS\":\"{eis}\",\"val\":\"{value}\",\"room\":\"\",\"navi\":\"\"}}]}}"
            );
        })
    }

    /// Answers with as many objects as fit into a frame.
    #[must_use]
    pub fn objects(bytes: usize) -> Self {
        let mut object = String::new();
        Self::fill(bytes, |draw, text| {
            let _ = write!(text, "{{\"sn\":\"08ABEF{:06X}\",\"cmd\":\"rsp2\",\"data\":[", draw.below(1000));
            for number in 1_u64.. {
                object.clear();
                let comma = if number == 1 { "" } else { "," };
                let (name, room, device, eis) = (NAMES[draw.below(6) as usize], draw.below(20), 1 + draw.below(6), 1 + draw.below(6));
                let (main, middle, sub) = (draw.below(16), draw.below(8), draw.below(256));
                let _ = write!(
                    object,
                    "{comma}{{\"oID\":\"{number}\",\"EIS\":\"{eis}\",\"val\":\"{}\",\"oName\":\"{name} {number}\",\"room\":\"{room}\",\"type\":\"{device}\",\
                     \"addrSet\":\"{main}/{middle}/{sub}\",\"addrSet2\":\"{}/{middle}/{sub}\",\"addrSet3\":\"\",\"group\":\"\",\"Icon\":\"@light\"}}",
                    draw.below(256),
                    main + 16
                );
                if text.len() + object.len() + 2 > MAX_FRAME {
                    break;
                }
                text.push_str(&object);
            }
            text.push_str("]}");
        })
    }

    /// All of it.
    #[must_use]
    pub fn stream(&self) -> &[u8] {
        &self.stream
    }

    /// Number of frames.
    #[must_use]
    pub fn len(&self) -> usize {
        self.frames.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.frames.is_empty()
    }

    /// The frames, without delimiters.
    pub fn frames(&self) -> impl Iterator<Item = &[u8]> {
        self.frames.iter().map(|range| &self.stream[range.clone()])
    }
}
