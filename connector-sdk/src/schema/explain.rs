//! Turns the validator's findings into sentences: which variant was meant, what is missing, what was probably meant.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::suggest;
use crate::violation::{Violation, excerpt, pointer_to};

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
        // A choice that is not even of the right type is still best answered with the list of choices.
        Kind::Type { .. } if enclosing(schema, error).is_some_and(|object| object.get("enum").is_some()) => {}
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
    let (at, instance) = (error.instance_path().as_str(), error.instance());
    if let Some(choices) = choices_of(schema, error) {
        return found.push(Violation::new(at, "choice", wrong_choice(&choices, instance, &short(instance))));
    }
    let meant = match tag_of(schema, error).filter(|_| instance.is_object()) {
        Some((tag, allowed)) => match allowed.iter().position(|allowed| instance.get(tag) == Some(allowed)) {
            Some(position) => &context[position..=position],
            None => return found.push(wrong_tag(instance, at, tag, &allowed)),
        },
        None => context,
    };
    // A field that may be left out also accepts null, which is not worth a word.
    let mut spoken = meant.iter().filter(|findings| !findings.iter().any(|finding| is_only_null(finding, at)));
    if let (Some(only), None) = (spoken.next(), spoken.next()) {
        return only.iter().for_each(|finding| explain(schema, finding, found));
    }
    let mut meant = meant.iter().filter(|findings| !findings.iter().any(|finding| is_other_type(finding, at)));
    match (meant.next(), meant.next()) {
        (Some(findings), None) => findings.iter().for_each(|finding| explain(schema, finding, found)),
        _ => found.push(Violation::new(at, "type", wrong_type(&expected_types(context, at), instance))),
    }
}

/// The words to choose from, where each variant is one of them.
fn choices_of<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<Vec<&'a str>> {
    let variants = schema.pointer(error.schema_path().as_str())?.as_array()?;
    variants.iter().map(|variant| variant.get("const")?.as_str()).collect()
}

/// Whether this finding says that the value is not of this variant at all.
fn is_other_type(finding: &ValidationError<'_>, at: &str) -> bool {
    finding.instance_path().as_str() == at && matches!(finding.kind(), Kind::Type { .. } | Kind::Enum { .. })
}

/// Whether this finding says that the variant is null and nothing else.
fn is_only_null(finding: &ValidationError<'_>, at: &str) -> bool {
    let is_null = |kind: &TypeKind| matches!(kind, TypeKind::Single(name) if name.to_string() == "null");
    finding.instance_path().as_str() == at && matches!(finding.kind(), Kind::Type { kind } if is_null(kind))
}

/// The field that tells the variants apart, and its value in each of them.
fn tag_of<'a>(schema: &'a Value, error: &ValidationError<'_>) -> Option<(&'a str, Vec<&'a Value>)> {
    let variants = schema.pointer(error.schema_path().as_str())?.as_array()?;
    let fields = variants.first()?.get("properties")?.as_object()?;
    let value = |variant: &'a Value, tag: &str| variant.get("properties")?.get(tag)?.get("const");
    let values = |tag: &str| variants.iter().map(|variant| value(variant, tag)).collect::<Option<_>>();
    fields.keys().find_map(|tag| Some((tag.as_str(), values(tag)?)))
}

fn wrong_tag(instance: &Value, at: &str, tag: &str, allowed: &[&Value]) -> Violation {
    let allowed: Vec<&str> = allowed.iter().filter_map(|value| value.as_str()).collect();
    let message = match instance.get(tag) {
        Some(given) => wrong_choice(&allowed, given, &short(given)),
        None => format!("is missing; it must be one of {}", allowed.join(", ")),
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
        None if names().any(|name| name == "additional_fields") => in_additional_fields(name),
        None if known.is_none_or(serde_json::Map::is_empty) => "is not known here: there are no inputs".to_owned(),
        None => format!("is not known here; known are {}", names().collect::<Vec<_>>().join(", ")),
    };
    Violation::new(pointer_to(error.instance_path().as_str(), name), "unknown_field", message)
}

/// What is no input may still be a field of the API, which writes its names in `snake_case`.
fn in_additional_fields(name: &str) -> String {
    let snake = suggest::snake_case(name);
    let shown = excerpt(&snake, 40);
    let place = format!("put it into \"additional_fields\": {{\"{shown}\": …}}");
    if snake == name {
        format!("is not an input; if the API knows it, {place}")
    } else {
        format!("is not an input; did you mean \"{shown}\"? If the API knows it, {place}")
    }
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
        Kind::Minimum { limit } => ("range", format!("must be at least {}, not {given}", plain(limit))),
        Kind::Maximum { limit } => ("range", format!("must be at most {}, not {given}", plain(limit))),
        Kind::ExclusiveMinimum { limit } => ("range", format!("must be more than {}, not {given}", plain(limit))),
        Kind::ExclusiveMaximum { limit } => ("range", format!("must be less than {}, not {given}", plain(limit))),
        Kind::Enum { options } => {
            let options: Vec<_> = options.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            ("choice", wrong_choice(&options, error.instance(), &given))
        }
        Kind::Constant { expected_value } => ("choice", format!("must be {expected_value}, not {given}")),
        Kind::MinLength { limit: 1 } => ("length", "must not be empty".to_owned()),
        Kind::MinLength { limit } => ("length", format!("must have at least {limit} characters")),
        Kind::MaxLength { limit } => ("length", format!("must have at most {limit} characters")),
        Kind::MinItems { limit: 1 } => ("length", "must not be empty".to_owned()),
        Kind::MinItems { limit } => ("length", format!("must have at least {limit} items")),
        Kind::MaxItems { limit } => ("length", format!("must have at most {limit} items")),
        Kind::Pattern { pattern } => ("pattern", format!("must match {pattern}, which {given} does not")),
        Kind::UniqueItems => ("unique", "must not hold the same item twice".to_owned()),
        Kind::FalseSchema => ("unknown_field", "takes no fields".to_owned()),
        other => ("schema", format!("breaks the rule `{}` of the schema", other.keyword())),
    }
}

fn wrong_choice(options: &[&str], instance: &Value, given: &str) -> String {
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

/// A bound as people write it: `2`, where the schema has `2.0`.
fn plain(limit: &Value) -> String {
    let text = limit.to_string();
    text.strip_suffix(".0").unwrap_or(&text).to_owned()
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
    match value {
        Value::Array(_) | Value::Object(_) => described(value),
        Value::String(text) => format!("\"{}\"", excerpt(text, 40)),
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}
