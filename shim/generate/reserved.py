# SPDX-License-Identifier: BSD-3-Clause
"""The words that languages reserve, in the case of the names of arguments: an argument of such a name gets another one."""


def _words(text):
    return frozenset(text.split())


RESERVED = {
    "rust": _words("""abstract as async await become box break const continue crate do dyn else enum extern false final fn for if impl
        in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type typeof unsafe
        unsized use virtual where while yield"""),
    "go": _words("""break case chan const continue default defer else fallthrough for func go goto if import interface map package
        range return select struct switch type var"""),
    "d": _words("""abstract alias align asm assert auto body bool break byte case cast catch char class const continue dchar debug
        default delegate delete deprecated do double else enum export extern false final finally float for foreach function goto if
        immutable import in inout int interface invariant is lazy long macro mixin module new nothrow null out override package
        pragma private protected public pure real ref return scope shared short static struct super switch synchronized template
        this throw true try typeid typeof ubyte uint ulong union unittest ushort version void wchar while with"""),
    "nim": _words("""addr and as asm bind block break case cast concept const continue converter defer discard distinct div do elif
        else end enum except export finally for from func if import in include interface is isnot iterator let macro method mixin
        mod nil not notin object of or out proc ptr raise ref return shl shr static template try tuple type using var when while
        xor yield"""),
    "csharp": _words("""abstract as base bool break byte case catch char checked class const continue decimal default delegate do
        double else enum event explicit extern false finally fixed float for foreach goto if implicit in int interface internal is
        lock long namespace new null object operator out override params private protected public readonly ref return sbyte sealed
        short sizeof stackalloc static string struct switch this throw true try typeof uint ulong unchecked unsafe ushort using
        virtual void volatile while"""),
    "haskell": _words("""case class data default deriving do else foreign if import in infix infixl infixr instance let module newtype
        of then type where"""),
    "ada": _words("""Abort Abs Abstract Accept Access Aliased All And Array At Begin Body Case Constant Declare Delay Delta Digits Do
        Else Elsif End Entry Exception Exit For Function Generic Goto If In Interface Is Limited Loop Mod New Not Null Of Or Others
        Out Overriding Package Parallel Pragma Private Procedure Protected Raise Range Record Rem Renames Requeue Return Reverse
        Select Separate Some Subtype Synchronized Tagged Task Terminate Then Type Until Use When While With Xor"""),
}
