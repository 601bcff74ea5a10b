print("stillwater")
