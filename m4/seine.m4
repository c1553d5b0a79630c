dnl Macros of configure.ac: what it does more than once.

dnl SEINE_PKG(VARIABLE, MODULE, DEBIAN-PACKAGE)
dnl A required library that pkg-config knows.
AC_DEFUN([SEINE_PKG],
	[PKG_CHECK_MODULES([$1], [$2], [], [SEINE_ADD_MISSING([$2], [$3])])])

dnl SEINE_LIB(VARIABLE, LIBRARY, HEADER, FUNCTION, DEBIAN-PACKAGE)
dnl A required library that pkg-config does not know.
AC_DEFUN([SEINE_LIB], [
	AC_CHECK_HEADER([$3],
		[AC_CHECK_LIB([$2], [$4], [$1_LIBS=-l$2],
			[SEINE_ADD_MISSING([lib$2], [$5])])],
		[SEINE_ADD_MISSING([$3 of lib$2], [$5])])
	AC_SUBST([$1_LIBS])])

AC_DEFUN([SEINE_ADD_MISSING], [
	seine_missing="$seine_missing
  $1 (Debian: $2)"
	seine_packages="$seine_packages $2"])

AC_DEFUN([SEINE_TELL_MISSING], [
	AS_IF([test -n "$seine_missing"], [AC_MSG_ERROR([these libraries are missing:
$seine_missing

On Debian:  apt-get install$seine_packages])])])

dnl SEINE_COMPLETION_DIR(SHELL, DEFAULT)
dnl Where the completion for a shell goes: SHELLcompletiondir, and its switch.
AC_DEFUN([SEINE_COMPLETION_DIR], [
	AC_ARG_WITH([$1-completion-dir],
		[AS_HELP_STRING([--with-$1-completion-dir=DIR],
			[where the completion for $1 goes, or no @<:@$2@:>@])],
		[], [with_$1_completion_dir=yes])
	AS_CASE([$with_$1_completion_dir],
		[yes], [$1completiondir='$2'],
		[no], [$1completiondir=],
		[$1completiondir=$with_$1_completion_dir])
	AC_SUBST([$1completiondir])])

dnl SEINE_TRY_CFLAGS(FLAGS)
dnl Add to SEINE_CFLAGS those of FLAGS that the compiler takes.
AC_DEFUN([SEINE_TRY_CFLAGS], [
	for seine_flag in $1; do
		AC_MSG_CHECKING([whether $CC takes $seine_flag])
		seine_saved=$CFLAGS
		CFLAGS="$CFLAGS -Werror $seine_flag"
		AC_COMPILE_IFELSE([AC_LANG_PROGRAM()],
			[AC_MSG_RESULT([yes])
			SEINE_CFLAGS="$SEINE_CFLAGS $seine_flag"],
			[AC_MSG_RESULT([no])])
		CFLAGS=$seine_saved
	done])

dnl SEINE_IF_LINKS(FLAGS, IF-SO, IF-NOT)
AC_DEFUN([SEINE_IF_LINKS], [
	seine_saved=$LDFLAGS
	LDFLAGS="$LDFLAGS $1"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()], [seine_links=yes], [seine_links=no])
	LDFLAGS=$seine_saved
	AS_IF([test $seine_links = yes], [$2], [$3])])
