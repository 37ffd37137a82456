{% set types = {"int": "integer(c_int)", "int64": "integer(c_int64_t)", "int-out": "integer(c_int)", "int64-out": "integer(c_int64_t)",
                "string-in": "character(kind=c_char)", "string-out": "character(kind=c_char)", "bytes-in": "type(c_ptr)", "bytes-out": "type(c_ptr)"} %}
{% macro documentation(indent, call, arguments) %}
{{ indent }}!> {{ call.function.brief | plain | wrap(100, indent ~ "!! ") }}
{% for argument in arguments %}
{{ indent }}!! @param {{ argument.name | short }} {{ argument.prose | plain | wrap(100, indent ~ "!!   ") }}
{% endfor %}
{% for line in call.outcomes %}
{{ indent }}!! @return {{ line | wrap(100, indent ~ "!!   ") }}
{% endfor %}
{% for line in call.causes %}
{{ indent }}!! - -{{ line | wrap(100, indent ~ "!!   ") }}
{% endfor %}
{% endmacro %}
{# Is there more to do than to call C? #}
{% macro wraps(call) -%}
{{ "yes" if call.strings or call.text or call.bytes or call.buffer or call.function.code == "string-in" }}
{%- endmacro %}
{# As C receives an argument, and as a procedure of Fortran does. #}
{% macro passed_to_c(argument) -%}
{{ types[argument.code] }}
{%- if argument.code in ("int", "int64", "bytes-in", "bytes-out") %}, value
{%- elif argument.code == "string-in" %}, intent(in)
{%- elif argument.code == "string-out" %}, intent(inout)
{%- else %}, intent(out)
{%- endif %}
{%- if argument.nullable and not "bytes" in argument.code %}, optional{% endif %} :: {{ argument.name | short }}
{%- if argument.code in ("string-in", "string-out") or argument.code == "int64-out" and argument.role == "buffer" %}(*){% endif %}
{%- endmacro %}
{% macro passed(argument) -%}
{% if argument.code == "string-in" %}character(*), intent(in)
{%- elif argument.code == "string-out" %}character(:), allocatable, intent(out)
{%- elif argument.code in ("int", "int64") %}{{ types[argument.code] }}, intent(in)
{%- elif "bytes" in argument.code %}type(*), target, contiguous, intent({{ "in" if argument.code == "bytes-in" else "inout" }}){{ ", optional" if argument.nullable }}
{%- else %}{{ types[argument.code] }}, intent(out){{ ", optional" if argument.nullable }}
{%- endif %} :: {{ argument.name | short }}{{ "(..)" if "bytes" in argument.code }}
{%- endmacro %}
{% macro names(arguments) -%}
{% for argument in arguments %}{{ argument.name | short }}{{ ", " if not loop.last }}{% endfor %}
{%- endmacro %}
{% macro handed_on(call) -%}
{% for argument in call.function.arguments %}
{% if argument.code == "string-in" %}terminated({{ argument.name }})
{%- elif "bytes" in argument.code %}{{ "pointer" if argument.nullable else "c_loc(" ~ (argument.name | short) ~ ")" }}
{%- elif call.part(argument) == "texts" %}buffer
{%- elif call.part(argument) == "texts-size" %}size(buffer, kind=c_int64_t)
{%- else %}{{ argument.name | short }}
{%- endif %}
{{- ", " if not loop.last -}}
{% endfor %}
{%- endmacro %}
! {{ generated }}
!
! Every constant and every function of libposix-shm, under its own name: `use posix_shm', compile this file with the program, and link
! with -lposix-shm. A result from -4095 to -1 is a negated error: pshm_failed. An output that may be omitted is an optional argument.
! Trailing blanks of a name do not count; a name that contains a NUL is -EINVAL.

module posix_shm
  use, intrinsic :: iso_c_binding
  implicit none
{% for enum in model.enums %}

  ! {{ enum.brief | plain | wrap(100, "  ! ") }}
{% for constant in enum.constants %}
  integer(c_int), parameter :: {{ constant.name }} = {{ constant.value }}
{% endfor %}
{% endfor %}

  !> Is the result of a function an error? pshm_error_name and pshm_strerror accept it as it is.
  interface pshm_failed
    module procedure failed, failed64
  end interface

  interface
{% for function in model.functions %}
{% set call = function | call %}
{% set wrapped = wraps(call) %}

{% if not wrapped %}
{{ documentation("    ", call, function.arguments) -}}
{% endif %}
    function {{ "c_" if wrapped }}{{ function.name }}({{ names(function.arguments) | wrap(70, "        ") | replace("\n", " &\n") }}) &
        bind(c, name="{{ function.name }}") result(result)
      import
{% for argument in function.arguments %}
      {{ passed_to_c(argument) }}
{% endfor %}
      {{ "type(c_ptr)" if function.code == "string-in" else types[function.code] }} :: result
    end function
{% endfor %}

    function c_strlen(text) bind(c, name="strlen") result(result)
      import
      type(c_ptr), value :: text
      integer(c_size_t) :: result
    end function
  end interface

  private :: failed, failed64, terminated, contains_nul, rejected, string_of, text_of, c_strlen
{% for function in model.functions %}
{% set call = function | call %}
{% if wraps(call) %}
  private :: c_{{ function.name }}
{% endif %}
{% endfor %}

contains

  !> The address of a mapping as a pointer, for c_f_pointer.
  function pshm_pointer(address) result(pointer)
    integer(c_int64_t), intent(in) :: address
    type(c_ptr) :: pointer

    pointer = transfer(int(address, c_intptr_t), c_null_ptr)
  end function
{% for function in model.functions %}
{% set call = function | call %}
{% set arguments = function.arguments | rejectattr("name", "equalto", "size" if call.text else "") | list %}
{% if wraps(call) %}

{{ documentation("  ", call, arguments) -}}
{{ "  " }}function {{ function.name }}({{ names(arguments) }}) result(result)
{% for argument in arguments %}
    {{ passed(argument) }}
{% endfor %}
{% if function.code == "string-in" %}
    character(:), allocatable :: result

    result = string_of(c_{{ function.name }}({{ handed_on(call) }}))
{% elif call.text %}
    {{ types[function.code] }} :: result
    character(kind=c_char), allocatable :: buffer(:)

    allocate(buffer(256))
    do
      result = c_{{ function.name }}({{ handed_on(call) }})
      if (result <= size(buffer)) exit
      deallocate(buffer)
      allocate(buffer(result))
    end do
    {{ call.text.name | short }} = text_of(buffer, result - 1)
{% else %}
    {{ types[function.code] }} :: result
{% set optional = function.arguments | selectattr("code", "in", ["bytes-in", "bytes-out"]) | selectattr("nullable") | first | default %}
{% if optional %}
    type(c_ptr) :: pointer

    pointer = c_null_ptr
    if (present({{ optional.name | short }})) pointer = c_loc({{ optional.name | short }})
    result = c_{{ function.name }}({{ handed_on(call) }})
{% elif not call.strings %}

    result = c_{{ function.name }}({{ handed_on(call) }})
{% else %}

    if ({% for argument in call.strings %}contains_nul({{ argument.name }}){{ " .or. " if not loop.last }}{% endfor %}) then
      result = rejected()
    else
      result = c_{{ function.name }}({{ handed_on(call) }})
    end if
{% endif %}
{% endif %}
  end function
{% endif %}
{% endfor %}

  elemental logical function failed(result)
    integer(c_int), intent(in) :: result

    failed = -4095 <= result .and. result < 0
  end function

  elemental logical function failed64(result)
    integer(c_int64_t), intent(in) :: result

    failed64 = -4095 <= result .and. result < 0
  end function

  function terminated(text)
    character(*), intent(in) :: text
    character(:), allocatable :: terminated

    terminated = trim(text) // c_null_char
  end function

  logical function contains_nul(text)
    character(*), intent(in) :: text

    contains_nul = index(text, c_null_char) > 0
  end function

  !> The error for a name that C would read only up to its NUL, recorded as by C.
  integer(c_int) function rejected()
    integer(c_int) :: ignored

    rejected = -c_pshm_error_number(terminated("EINVAL"))
    ignored = pshm_set_errno(-rejected)
  end function

  function string_of(text) result(result)
    type(c_ptr), intent(in) :: text
    character(:), allocatable :: result
    character(kind=c_char), pointer :: characters(:)

    result = ""
    if (.not. c_associated(text)) return
    call c_f_pointer(text, characters, [c_strlen(text)])
    result = text_of(characters, size(characters, kind=c_int64_t))
  end function

  function text_of(characters, length) result(result)
    character(kind=c_char), intent(in) :: characters(:)
    integer(c_int64_t), intent(in) :: length
    character(:), allocatable :: result
    integer(c_int64_t) :: i

    allocate(character(max(length, 0_c_int64_t)) :: result)
    do i = 1, length
      result(i:i) = characters(i)
    end do
  end function
end module
