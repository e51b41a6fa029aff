import Diagnostics

print(Diagnosis("nothing here yet"))
