//! The grammar's node kinds and fields as small enums, looked up by table.
//!
//! Comparing names of kinds for every node would cost more than all of lowering; the tables are
//! built once from the grammar's own names. Nothing here knows what a kind means.

use std::sync::OnceLock;
use tree_sitter::Language;

/// Declares an enum whose variants stand for names of the grammar.
macro_rules! named {
    ($(#[$doc:meta])* $name:ident { $($variant:ident = $text:literal,)* } else $other:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum $name {
            $($variant,)*
            /// Any name that lowering does not ask for.
            $other,
        }

        impl $name {
            fn of(text: &str) -> Self {
                match text {
                    $($text => $name::$variant,)*
                    _ => $name::$other,
                }
            }
        }
    };
}

named! {
    /// Kinds of named nodes.
    Kind {
        AliasedImport = "aliased_import",
        AsPattern = "as_pattern",
        AsPatternTarget = "as_pattern_target",
        AssertStatement = "assert_statement",
        Assignment = "assignment",
        Attribute = "attribute",
        AugmentedAssignment = "augmented_assignment",
        Await = "await",
        BinaryOperator = "binary_operator",
        Block = "block",
        BooleanOperator = "boolean_operator",
        BreakStatement = "break_statement",
        Call = "call",
        CaseClause = "case_clause",
        CasePattern = "case_pattern",
        Chevron = "chevron",
        ClassDefinition = "class_definition",
        ClassPattern = "class_pattern",
        Comment = "comment",
        ComparisonOperator = "comparison_operator",
        ConcatenatedString = "concatenated_string",
        ConditionalExpression = "conditional_expression",
        ContinueStatement = "continue_statement",
        DecoratedDefinition = "decorated_definition",
        Decorator = "decorator",
        DefaultParameter = "default_parameter",
        DeleteStatement = "delete_statement",
        DictPattern = "dict_pattern",
        Dictionary = "dictionary",
        DictionaryComprehension = "dictionary_comprehension",
        DictionarySplat = "dictionary_splat",
        DictionarySplatPattern = "dictionary_splat_pattern",
        DottedName = "dotted_name",
        ElifClause = "elif_clause",
        Ellipsis = "ellipsis",
        ElseClause = "else_clause",
        Error = "ERROR",
        ExceptClause = "except_clause",
        ExecStatement = "exec_statement",
        ExpressionList = "expression_list",
        ExpressionStatement = "expression_statement",
        False = "false",
        FinallyClause = "finally_clause",
        Float = "float",
        ForInClause = "for_in_clause",
        ForStatement = "for_statement",
        FunctionDefinition = "function_definition",
        FutureImportStatement = "future_import_statement",
        GeneratorExpression = "generator_expression",
        GlobalStatement = "global_statement",
        Identifier = "identifier",
        IfClause = "if_clause",
        IfStatement = "if_statement",
        ImportFromStatement = "import_from_statement",
        ImportPrefix = "import_prefix",
        ImportStatement = "import_statement",
        Integer = "integer",
        Interpolation = "interpolation",
        KeywordArgument = "keyword_argument",
        KeywordPattern = "keyword_pattern",
        KeywordSeparator = "keyword_separator",
        Lambda = "lambda",
        LineContinuation = "line_continuation",
        List = "list",
        ListComprehension = "list_comprehension",
        ListPattern = "list_pattern",
        ListSplat = "list_splat",
        ListSplatPattern = "list_splat_pattern",
        MatchStatement = "match_statement",
        NamedExpression = "named_expression",
        None = "none",
        NonlocalStatement = "nonlocal_statement",
        NotOperator = "not_operator",
        Pair = "pair",
        ParenthesizedExpression = "parenthesized_expression",
        PassStatement = "pass_statement",
        PatternList = "pattern_list",
        PrintStatement = "print_statement",
        RaiseStatement = "raise_statement",
        RelativeImport = "relative_import",
        ReturnStatement = "return_statement",
        Set = "set",
        SetComprehension = "set_comprehension",
        Slice = "slice",
        SplatPattern = "splat_pattern",
        String = "string",
        StringContent = "string_content",
        StringStart = "string_start",
        Subscript = "subscript",
        True = "true",
        TryStatement = "try_statement",
        Tuple = "tuple",
        TuplePattern = "tuple_pattern",
        Type = "type",
        TypeAliasStatement = "type_alias_statement",
        TypedDefaultParameter = "typed_default_parameter",
        TypedParameter = "typed_parameter",
        UnaryOperator = "unary_operator",
        UnionPattern = "union_pattern",
        WhileStatement = "while_statement",
        WildcardImport = "wildcard_import",
        WithClause = "with_clause",
        WithStatement = "with_statement",
        Yield = "yield",
    } else Other
}

named! {
    /// The part that a node plays in its parent.
    Field {
        Alias = "alias",
        Alternative = "alternative",
        Argument = "argument",
        Arguments = "arguments",
        Attribute = "attribute",
        Body = "body",
        Condition = "condition",
        Consequence = "consequence",
        Definition = "definition",
        Expression = "expression",
        Function = "function",
        Guard = "guard",
        Key = "key",
        Left = "left",
        ModuleName = "module_name",
        Name = "name",
        Object = "object",
        Operator = "operator",
        Operators = "operators",
        Parameters = "parameters",
        ReturnType = "return_type",
        Right = "right",
        Subject = "subject",
        Subscript = "subscript",
        Superclasses = "superclasses",
        Type = "type",
        TypeParameters = "type_parameters",
        Value = "value",
    } else Other
}

impl Kind {
    /// Whether a node of this kind stands as a statement of its own.
    pub(crate) fn is_statement(self) -> bool {
        self.is_simple_statement() || self.is_compound_statement()
    }

    fn is_simple_statement(self) -> bool {
        matches!(
            self,
            Kind::AssertStatement
                | Kind::BreakStatement
                | Kind::ContinueStatement
                | Kind::DeleteStatement
                | Kind::ExecStatement
                | Kind::ExpressionStatement
                | Kind::FutureImportStatement
                | Kind::GlobalStatement
                | Kind::ImportFromStatement
                | Kind::ImportStatement
                | Kind::NonlocalStatement
                | Kind::PassStatement
                | Kind::PrintStatement
                | Kind::RaiseStatement
                | Kind::ReturnStatement
                | Kind::TypeAliasStatement
        )
    }

    fn is_compound_statement(self) -> bool {
        matches!(
            self,
            Kind::ClassDefinition
                | Kind::DecoratedDefinition
                | Kind::ForStatement
                | Kind::FunctionDefinition
                | Kind::IfStatement
                | Kind::MatchStatement
                | Kind::TryStatement
                | Kind::WhileStatement
                | Kind::WithStatement
        )
    }
}

/// What the numbers of the grammar mean.
pub(crate) struct Tables {
    /// The grammar, for setting up a parser.
    pub(crate) language: Language,
    kinds: Vec<Option<Kind>>,
    fields: Vec<Field>,
}

impl Tables {
    /// The tables, built at first use.
    pub(crate) fn get() -> &'static Tables {
        static TABLES: OnceLock<Tables> = OnceLock::new();
        TABLES.get_or_init(Tables::build)
    }

    fn build() -> Tables {
        let language = Language::new(tree_sitter_python::LANGUAGE);
        let kinds = (0..language.node_kind_count() as u16).map(|id| {
            let name = language.node_kind_for_id(id).filter(|_| language.node_kind_is_named(id));
            name.map(Kind::of)
        });
        let kinds = kinds.collect();
        let fields = (0..=language.field_count() as u16)
            .map(|id| language.field_name_for_id(id).map_or(Field::Other, Field::of))
            .collect();
        Tables { language, kinds, fields }
    }

    /// The kind of a node by its number; `None` for tokens without a name.
    pub(crate) fn kind(&self, id: u16) -> Option<Kind> {
        match id {
            u16::MAX => Some(Kind::Error),
            id => self.kinds.get(id as usize).copied().flatten(),
        }
    }

    /// The field of that number.
    pub(crate) fn field(&self, id: u16) -> Field {
        self.fields.get(id as usize).copied().unwrap_or(Field::Other)
    }
}
