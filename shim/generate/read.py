# SPDX-License-Identifier: BSD-3-Clause
"""From Doxygen's XML to the model. Whatever is peculiar to Doxygen is dealt with here."""
import re

import prose
import roles
from lxml import etree
from model import Argument, Constant, Entry, Enum, Function, Group, Lisp, Meaning, Model, Stratum, number
from prose import Fault, normalized, string

GLOSSARY = "lisp_glossary"


def text(element, path):
    """The characters of the first element that the path leads to."""
    found = element.find(path)
    return "" if found is None else normalized(string(found))


def paras(element, path):
    return element.findall(path + "/para")


def line(member):
    return int(member.find("location").get("line"))


def sections(element, kind="par"):
    return [section for section in element.iter("simplesect") if section.get("kind") == kind]


def titled(element, title):
    return [section for section in sections(element) if section.findtext("title") == title]


def continue_sections(element):
    """Doxygen ends a section at an empty line, and puts its other paragraphs behind it: move them into it."""
    section = None
    for para in element.findall("detaileddescription/para"):
        if _is_titled(section):
            etree.SubElement(section, "para").text, para.text = para.text, None
        for child in para.getchildren():
            if child.tag in ("simplesect", "parameterlist"):
                section = child
                if _is_titled(section):
                    etree.SubElement(section, "para").text, child.tail = child.tail, None
            elif _is_titled(section):
                section[-1].append(child)


def _is_titled(section):
    return section is not None and section.get("kind") == "par"


class ModelReader:
    def __init__(self, compounds, version, programs):
        """PROGRAMS is the folder of the examples in C: each has the name of its function."""
        self.version, self.programs = version, programs
        self.groups = [c for c in compounds if c.get("kind") == "group"]
        self.files = [c for c in compounds if c.get("kind") == "file"]
        self.pages = {c.get("id"): c for c in compounds if c.get("kind") == "page"}
        named = [m for group in self.groups for m in (*group.iter("memberdef"), *group.iter("enumvalue"))]
        self.prose = prose.Reader({m.get("id"): m.findtext("name") for m in named})

    def model(self):
        headers = [compound for compound in self.files if self._stratum(compound) is not None]
        headers.sort(key=lambda compound: int(self._stratum(compound).get("number")))
        date = "".join(normalized(string(section)) for section in sections(headers[0], "date"))
        return Model(self.version, date, [self._read_stratum(c) for c in headers], self._glossary())

    @staticmethod
    def _stratum(compound):
        return compound.find(".//stratum")

    def _glossary(self):
        page = next(c for c in self.pages.values() if c.findtext("compoundname") == GLOSSARY)
        rows = [row.findall("entry") for row in page.iter("row")]
        return [Meaning(normalized(string(name)), normalized(string(of)), self.prose.inline(*meaning.findall("para")))
                for name, of, meaning in rows if name.get("thead") == "no"]

    def _read_stratum(self, compound):
        name = compound.findtext("compoundname").removesuffix(".h")
        rules = self.prose.blocks(*paras(compound, "detaileddescription"))
        brief = [prose.Text(re.sub("^Stratum [0-9]+: ", "", text(compound, "briefdescription")))]
        stratum = Stratum(name, self._stratum(compound).get("package"), brief, rules, [])
        own = [group for group in self.groups if group.findtext("compoundname").startswith(name + "_")]
        stratum.groups = [self._group(group, stratum) for group in sorted(own, key=self._place)]
        return stratum

    @staticmethod
    def _place(group):
        """Groups stand in the order of the header; those that have nothing but Lisp come last."""
        first = group.find(".//memberdef")
        return (1, 0) if first is None else (0, line(first))

    def _group(self, compound, stratum):
        group = Group(compound.findtext("compoundname"), compound.findtext("title"),
                      self.prose.inline(*paras(compound, "briefdescription")),
                      self.prose.blocks(*paras(compound, "detaileddescription")), [], stratum)
        members = sorted(compound.iter("memberdef"), key=line)
        readers = {"function": self._function, "enum": self._enum}
        group.members = [readers[member.get("kind")](member) for member in members]
        group.members += [self._entry(self.pages[page.get("refid")]) for page in compound.findall("innerpage")]
        for member in group.members:
            member.group = group
        return group

    def _annotation(self, kind, name, element, /, **more):
        """What functions, enums and entries have in common."""
        continue_sections(element)
        annotation = kind(
            name=name,
            brief=self.prose.inline(*paras(element, "briefdescription")),
            description=self.prose.blocks(*paras(element, "detaileddescription"),
                                          *element.findall("detaileddescription/sect1")),
            returns=self.prose.inline(*[para for part in sections(element, "return") for para in part.findall("para")]),
            lisp=[self._lisp(line) for section in titled(element, "Lisp") for line in section.iter("codeline")],
            sections=[(section.findtext("title"), self.prose.blocks(*section.findall("para")))
                      for section in sections(element) if section.findtext("title") not in ("Lisp", "Kind")],
            see=", ".join(string(section) for section in sections(element, "see")),
            since="".join(normalized(string(section)) for section in sections(element, "since")),
            **more)
        for lisp in annotation.lisp:
            lisp.owner = annotation
        return annotation

    @staticmethod
    def _lisp(codeline):
        form, _, values = string(codeline).partition(" =>")
        return Lisp(normalized(form), normalized(values))

    # Functions

    def _function(self, member):
        name = member.findtext("name")
        result = member.find(".//result")
        result = etree.Element("result") if result is None else result
        return self._annotation(
            Function, name, member,
            type=text(member, "type"), code=code(text(member, "type"), name),
            arguments=[self._argument(member, parameter) for parameter in member.findall("param")
                       if parameter.find("declname") is not None],
            results=[(value, self._description([item])) for value, item in self._items(member, "retval")],
            errors=self._errors(member),
            program=self._program(self.programs / f"{name}.c"),
            result=result.get("role", ""), result_enum=result.get("of", ""),
            result_nullable=self._own(member, "nullable") is not None,
            opens="" if self._own(member, "opens") is None else self._own(member, "opens").get("closer"),
            waits=member.find(".//waits") is not None,
            features=self._features(member))

    @staticmethod
    def _items(member, kind):
        """The items of the lists of a kind, each with its name."""
        return [(item.findtext("parameternamelist/parametername"), item) for list_ in member.iter("parameterlist")
                if list_.get("kind") == kind for item in list_.findall("parameteritem")]

    def _description(self, items, *separator):
        return [node for item in items
                for node in (*self.prose.inline(*item.findall("parameterdescription/para")), *separator)]

    def _argument(self, member, parameter):
        name, type_ = text(parameter, "declname"), text(parameter, "type")
        items = [item for documented, item in self._items(member, "param") if documented == name]
        tags = {tag.tag: tag for item in items for tag in item.iter("role", "nullable", "default", "closes", "opens", "texts")}
        nothing = etree.Element("nothing")
        role = tags.get("role", nothing)
        return Argument(name, type_, code(type_, name), self._description(items),
                        role.get("name", ""), role.get("of", ""), "nullable" in tags, "closes" in tags,
                        tags.get("default", nothing).get("value", ""), tags.get("opens", nothing).get("closer", ""),
                        "texts" in tags)

    @staticmethod
    def _own(member, tag):
        """The tag of a function, which may not be that of one of its parameters."""
        return next(iter(member.xpath(f".//{tag}[not(ancestor::parameteritem)]")), None)

    def _errors(self, member):
        """By name; what several annotations say of one error is put together."""
        items = self._items(member, "exception")
        return [(name, self._description([item for same, item in items if same == name], prose.Text(" ")))
                for name in sorted({name for name, _ in items})]

    @staticmethod
    def _program(file):
        """Without the line of its licence, which is that of the page."""
        return [prose.Listing("c", file.read_text().splitlines()[1:])] if file.exists() else []

    def _features(self, member):
        """The rows of the table behind @features, without its head."""
        tables = member.xpath(".//features/following::table[1]")
        return [(normalized(prose.raw(name)), meaning)
                for table in tables for name, meaning in self.prose.table(table).rows[1:]]

    # Constants

    def _enum(self, member):
        name, keywords = member.findtext("name"), member.find(".//keywords")
        enum = self._annotation(Enum, name, member)
        if keywords is not None:
            enum.kind = "PSHM_KIND_" + name.partition("pshm_")[2].upper()
            enum.lisp_type, enum.choice = keywords.get("lisp"), keywords.get("choice") == "yes"
        enum.constants = [self._constant(value, enum, keywords) for value in member.findall("enumvalue")]
        return enum

    def _constant(self, value, enum, keywords):
        name = value.findtext("name")
        written = normalized(value.findtext("initializer", "").partition("=")[2])
        keyword = "" if keywords is None else name.partition(keywords.get("prefix"))[2].lower().replace("_", "-")
        return Constant(name, written, number(written), keyword, [also.get("keyword") for also in value.iter("also")],
                        self.prose.inline(*paras(value, "briefdescription"), *paras(value, "detaileddescription")), enum)

    # Entries of lisp.h, which are pages: the names are those of the Lisp signatures, the title is for Doxygen alone.

    def _entry(self, page):
        name, kinds = page.findtext("compoundname"), titled(page, "Kind")
        entry = self._annotation(Entry, name, page, kind=text(kinds[0], "para") if kinds else "")
        if not (entry.kind and entry.lisp):
            raise Fault(f"The page {name} lacks its kind or its Lisp signature.")
        return entry


def code(type_, name):
    """The closed vocabulary of types: whatever is not in it stops the run."""
    found = roles.TYPES.get(type_) or (name.startswith("ret_") and roles.OUTPUTS.get(type_))
    if not found:
        raise Fault(f"'{type_} {name}' is not in the vocabulary of types.")
    return found
