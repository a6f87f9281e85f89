x = 1
\
\

open("a", "w").write("x")
