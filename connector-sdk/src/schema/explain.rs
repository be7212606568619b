//! Turns the validator's findings into sentences: which variant was meant, what is missing, what was probably meant.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::suggest;
use crate::violation::{Violation, pointer_to};

/// Adds what `error` means to `found`.
pub(super) fn explain(schema: &Value, error: &ValidationError<'_>, found: &mut Vec<Violation>) {
    let at = error.instance_path().as_str();
    match error.kind() {
        Kind::AdditionalProperties { unexpected } => {
            found.extend(unexpected.iter().map(|name| unknown_field(schema, error, name)));
        }
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            found.push(Violation::new(pointer_to(at, name), "required", missing(schema, error, name)));
        }
        Kind::OneOfNotValid { context } | Kind::AnyOf { context } => {
            variants(schema, error, context, found);
        }
        kind => {
            let (rule, message) = sentence(schema, error, kind);
            found.push(Violation::new(at, rule, message));
        }
    }
}

/// One of several variants was meant. If it can be told which, only its findings matter.
fn variants(
    schema: &Value,
    error: &ValidationError<'_>,
    context: &[Vec<ValidationError<'_>>],
    found: &mut Vec<Violation>,
) {
    let at = error.instance_path().as_str();
    let meant: Vec<_> = context.iter().filter(|findings| !findings.iter().any(|f| is_other_variant(f, at))).collect();
    if let [findings] = meant.as_slice() {
        for finding in *findings {
            explain(schema, finding, found);
        }
        return;
    }
    found.push(match tag_of(context, at) {
        Some((tag, allowed)) => wrong_tag(error.instance(), at, &tag, &allowed),
        None => Violation::new(at, "type", wrong_type(&expected_types(context, at), error.instance())),
    });
}

/// Whether this finding says that the value is not of this variant at all: its tag or its type is another one.
fn is_other_variant(finding: &ValidationError<'_>, at: &str) -> bool {
    let place = finding.instance_path().as_str();
    match finding.kind() {
        Kind::Constant { .. } => place.rsplit_once('/').is_some_and(|(parent, _)| parent == at),
        Kind::Type { .. } | Kind::Enum { .. } => place == at,
        _ => false,
    }
}

/// The field that tells the variants apart, and its possible values.
fn tag_of(context: &[Vec<ValidationError<'_>>], at: &str) -> Option<(String, Vec<String>)> {
    let mut tag = None;
    let mut allowed = Vec::new();
    for finding in context.iter().flatten() {
        let Kind::Constant { expected_value } = finding.kind() else { continue };
        let Some((parent, name)) = finding.instance_path().as_str().rsplit_once('/') else { continue };
        if parent == at {
            tag = Some(name.to_owned());
            allowed.extend(expected_value.as_str().map(str::to_owned));
        }
    }
    tag.map(|tag| (tag, allowed))
}

fn wrong_tag(instance: &Value, at: &str, tag: &str, allowed: &[String]) -> Violation {
    let list = allowed.join(", ");
    let message = match instance.get(tag) {
        Some(Value::String(given)) => {
            let hint = suggest::nearest(given, allowed.iter().map(String::as_str));
            let hint = hint.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
            format!("must be one of {list}, not {}{hint}", short(&Value::from(given.as_str())))
        }
        Some(other) => format!("must be one of {list}, not {}", short(other)),
        None => format!("is missing; it must be one of {list}"),
    };
    Violation::new(pointer_to(at, tag), "variant", message)
}

fn expected_types(context: &[Vec<ValidationError<'_>>], at: &str) -> String {
    let findings = context.iter().flatten().filter(|finding| finding.instance_path().as_str() == at);
    let mut names: Vec<String> = findings
        .filter_map(|finding| match finding.kind() {
            Kind::Type { kind } => Some(type_name(kind)),
            _ => None,
        })
        .collect();
    names.dedup();
    if names.is_empty() { "something else".to_owned() } else { names.join(" or ") }
}

fn unknown_field(schema: &Value, error: &ValidationError<'_>, name: &str) -> Violation {
    let object = enclosing(schema, error);
    let known = object.and_then(|object| object.get("properties")).and_then(Value::as_object);
    let names = || known.into_iter().flatten().map(|(name, _)| name.as_str());
    let message = match suggest::nearest(name, names()) {
        Some(near) => format!("is not known here; did you mean {near:?}?"),
        None if names().any(|name| name == "additional_fields") => {
            format!("is not an input; if the API knows it, put it into \"additional_fields\": {{{name:?}: …}}")
        }
        None if known.is_none_or(serde_json::Map::is_empty) => "is not known here: there are no inputs".to_owned(),
        None => format!("is not known here; known are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Violation::new(pointer_to(error.instance_path().as_str(), name), "unknown_field", message)
}

fn missing(schema: &Value, error: &ValidationError<'_>, name: &str) -> String {
    let field = enclosing(schema, error).and_then(|object| object.get("properties")?.get(name));
    match field.and_then(|field| field.get("description")?.as_str()) {
        Some(description) => format!("is missing. {}", first_sentence(description)),
        None => "is missing".to_owned(),
    }
}

fn first_sentence(text: &str) -> &str {
    text.split_inclusive(". ").next().unwrap_or(text).trim_end()
}

/// The schema object that holds the keyword which was broken.
fn enclosing<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<&'a Value> {
    let path = error.schema_path().as_str();
    schema.pointer(path.rsplit_once('/')?.0)
}

fn sentence(schema: &Value, error: &ValidationError<'_>, kind: &Kind) -> (&'static str, String) {
    let secret = enclosing(schema, error).is_some_and(|object| object.get("x-secret").is_some());
    let given = if secret { "what was given".to_owned() } else { short(error.instance()) };
    match kind {
        Kind::Type { kind } if secret => ("type", format!("must be {}", type_name(kind))),
        Kind::Type { kind } => ("type", wrong_type(&type_name(kind), error.instance())),
        Kind::Minimum { limit } => ("range", format!("must be at least {limit}, not {given}")),
        Kind::Maximum { limit } => ("range", format!("must be at most {limit}, not {given}")),
        Kind::ExclusiveMinimum { limit } => ("range", format!("must be more than {limit}, not {given}")),
        Kind::ExclusiveMaximum { limit } => ("range", format!("must be less than {limit}, not {given}")),
        Kind::Enum { options } => ("choice", wrong_choice(options, error.instance(), &given)),
        Kind::Constant { expected_value } => ("choice", format!("must be {expected_value}, not {given}")),
        Kind::MinLength { limit: 1 } => ("length", "must not be empty".to_owned()),
        Kind::MinLength { limit } => ("length", format!("must have at least {limit} characters")),
        Kind::MaxLength { limit } => ("length", format!("must have at most {limit} characters")),
        Kind::MinItems { limit: 1 } => ("length", "must not be empty".to_owned()),
        Kind::MinItems { limit } => ("length", format!("must have at least {limit} items")),
        Kind::MaxItems { limit } => ("length", format!("must have at most {limit} items")),
        Kind::Pattern { pattern } => ("pattern", format!("must match {pattern}, which {given} does not")),
        Kind::UniqueItems => ("unique", "must not hold the same item twice".to_owned()),
        other => ("schema", format!("breaks the rule `{}` of the schema", other.keyword())),
    }
}

fn wrong_choice(options: &Value, instance: &Value, given: &str) -> String {
    let options: Vec<&str> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let near = instance.as_str().and_then(|word| suggest::nearest(word, options.iter().copied()));
    let hint = near.map(|near| format!("; did you mean {near:?}?")).unwrap_or_default();
    format!("must be one of {}, not {given}{hint}", options.join(", "))
}

fn wrong_type(expected: &str, instance: &Value) -> String {
    let hint = match instance {
        Value::String(text) if expected.contains("number") && text.parse::<f64>().is_ok() => "; take the quotes away",
        Value::String(text) if expected.contains("true or false") && (text == "true" || text == "false") => {
            "; take the quotes away"
        }
        _ => "",
    };
    format!("must be {expected}, not {}{hint}", described(instance))
}

fn type_name(kind: &TypeKind) -> String {
    let name = |kind: String| -> &'static str {
        match kind.as_str() {
            "string" => "text",
            "number" => "a number",
            "integer" => "a whole number",
            "boolean" => "true or false",
            "array" => "a list",
            "object" => "an object",
            _ => "null",
        }
    };
    match kind {
        TypeKind::Single(kind) => name(kind.to_string()).to_owned(),
        // A field that may be left out also accepts null, which is not worth a word.
        TypeKind::Multiple(kinds) => {
            let names: Vec<_> =
                kinds.iter().map(|kind| name(kind.to_string())).filter(|name| *name != "null").collect();
            names.join(" or ")
        }
    }
}

/// What a value is, for a sentence that says what it should be.
fn described(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) if text.is_empty() => "empty text".to_owned(),
        Value::String(_) => format!("the text {}", short(value)),
        Value::Array(_) => "a list".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A value, cut to what fits into a sentence.
fn short(value: &Value) -> String {
    const LONGEST: usize = 40;
    let text = match value {
        Value::Array(_) | Value::Object(_) => return described(value),
        other => other.to_string(),
    };
    match text.char_indices().nth(LONGEST) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text,
    }
}
